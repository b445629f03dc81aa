"""The scores of a linear chain over tags; a path is one tag for each character.

Shapes and masks are those of `ner.model.decoder.Decoder`.
"""

from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import pad

# As a score it absorbs any other, in float32 too, so a path through it never wins and has probability 0; yet sums of
# it stay finite, so no gradient becomes NaN.
IMPOSSIBLE = -1e30
# What is lower is the score of an impossible path: far from both kinds of paths at any temperature.
POSSIBLE = -1e20


class Chain(NamedTuple):
    """Scores of a path's parts: its first tag `(tags,)`, each pair of neighbours `(tags, tags)`, its last `(tags,)`."""

    start: Tensor
    transitions: Tensor
    end: Tensor

    def at(self, temperature: Tensor | float) -> "Chain":
        """The same chain with all scores divided by `temperature`."""
        return Chain(*(scores / temperature for scores in self))


def constrained(emissions: Tensor, allowed: Tensor | None) -> Tensor:
    """The emissions, with tags that aren't `allowed` impossible. Raises ValueError if the shapes differ."""
    if allowed is None:
        return emissions
    if allowed.shape != emissions.shape:
        raise ValueError(f"expected allowed tags of the shape {tuple(emissions.shape)}, got {tuple(allowed.shape)}")
    return emissions.masked_fill(~allowed, IMPOSSIBLE)


def require_possible(scores: Tensor) -> None:
    """Raise ValueError if one of `scores` `(batch,)`, each the sum over a row's paths, is of impossible paths alone."""
    rows = (scores < POSSIBLE).nonzero().flatten().tolist()
    if rows:
        raise ValueError(f"expected a possible tag sequence among the allowed ones of every row, got none in {rows}")


def path_scores(emissions: Tensor, tags: Tensor, chain: Chain) -> Tensor:
    """The score of one path a row, from its start up to and with each character: `(batch, chars)`."""
    scores = emissions.gather(2, tags.unsqueeze(2)).squeeze(2)
    steps = pad(chain.transitions[tags[:, :-1], tags[:, 1:]], (1, 0))  # none leads to the first character
    return chain.start[tags[:, :1]] + (scores + steps).cumsum(dim=1)
