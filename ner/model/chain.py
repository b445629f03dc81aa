"""The scores of a linear chain over tags, and the recursions over its paths; a path is one tag for each character.

Shapes and masks are those of `ner.model.decoder.Decoder`.
"""

from typing import NamedTuple

import torch
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

    def at(self, temperature: Tensor) -> "Chain":
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


def _by_character(emissions: Tensor, mask: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Emissions `(batch, tags)` and mask `(batch, 1)` of each character in turn."""
    return list(zip(emissions.unbind(dim=1), mask.unsqueeze(2).unbind(dim=1), strict=True))


def forward_scores(emissions: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """Log-sums over the paths up to and with a character, by its tag: `(batch, chars, tags)`.

    The forward variable of Rabiner 1989, section III. Outside the mask the last character's is repeated.
    """
    first, *others = _by_character(emissions, mask)
    scores = [chain.start + first[0]]  # (batch, tags)
    for emission, here in others:
        step = torch.logsumexp(scores[-1].unsqueeze(2) + chain.transitions, dim=1) + emission
        scores.append(torch.where(here, step, scores[-1]))
    return torch.stack(scores, dim=1)


def backward_scores(emissions: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """Log-sums over the paths behind a character, by its tag: `(batch, chars, tags)`.

    The backward variable of Rabiner 1989, section III.
    """
    scores = [chain.end.expand(len(emissions), -1)]  # (batch, tags)
    for emission, here in _by_character(emissions, mask)[:0:-1]:
        step = torch.logsumexp(chain.transitions + (emission + scores[-1]).unsqueeze(1), dim=2)
        scores.append(torch.where(here, step, chain.end))
    return torch.stack(scores[::-1], dim=1)


def log_total(forward: Tensor, chain: Chain) -> Tensor:
    """Log-sum over all paths of a row, `(batch,)`, from `forward_scores`. Raises ValueError if none is possible."""
    total = torch.logsumexp(forward[:, -1] + chain.end, dim=1)
    require_possible(total)
    return total


def path_scores(emissions: Tensor, tags: Tensor, chain: Chain) -> Tensor:
    """The score of one path a row, from its start up to and with each character: `(batch, chars)`."""
    scores = emissions.gather(2, tags.unsqueeze(2)).squeeze(2)
    steps = pad(chain.transitions[tags[:, :-1], tags[:, 1:]], (1, 0))  # none leads to the first character
    return chain.start[tags[:, :1]] + (scores + steps).cumsum(dim=1)


def best_paths(emissions: Tensor, mask: Tensor, chain: Chain, n: int) -> tuple[Tensor, Tensor]:
    """The `n` best paths of every row `(batch, n, chars)` and their falling scores `(batch, n)`, by list Viterbi.

    The parallel algorithm of Seshadri and Sundberg 1994, section II; with n = 1 it is the Viterbi algorithm. A path
    outside the mask repeats its last tag. The score is -inf where a row has fewer possible paths.
    Raises ValueError unless `n` is at least 1.
    """
    if n < 1:
        raise ValueError(f"expected at least 1 sequence to be asked for, got {n}")
    batch, _, tags = emissions.shape
    first, *others = _by_character(emissions.unsqueeze(3), mask.unsqueeze(2))  # (batch, tags, 1), (batch, 1, 1)
    # A state is tag * n + rank: the path of that rank among those that end in the tag.
    stay = torch.arange(tags * n, device=emissions.device).view(tags, n).expand(batch, -1, -1)
    steps = chain.transitions.T.repeat_interleave(n, dim=1)  # (tags, tags * n): to a tag, from a state
    scores = pad(chain.start.unsqueeze(1) + first[0], (0, n - 1), value=-torch.inf)  # (batch, tags, n)
    pointers = []
    for emission, here in others:
        best, previous = (scores.view(batch, 1, tags * n) + steps).topk(n, dim=2)  # (batch, tags, n)
        scores = torch.where(here, best + emission, scores)
        pointers.append(torch.where(here, previous, stay))
    total, state = (scores + chain.end.unsqueeze(1)).flatten(1).topk(n, dim=1)  # (batch, n)
    states = [state]
    for pointer in reversed(pointers):
        states.append(pointer.flatten(1).gather(1, states[-1]))
    paths = torch.stack(states[::-1], dim=2) // n  # (batch, n, chars)
    return paths, total.masked_fill(total < POSSIBLE, -torch.inf)
