"""The scores of a linear chain over tags, in NumPy; a path is one tag for each character.

Throughout, `emissions` is `(batch, chars, tags)` in float64, and `mask` is `(batch, chars)` and true for the first
characters of each row, at least for one. What is computed a character at a time has characters first and rows last, so
that each step works on whole vectors.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ner.encoding.characters import Ids

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Those of ner.model.chain, whose scores are read here: a path through the one never wins, what is below the other is
# the score of such a path.
IMPOSSIBLE = -1e30
POSSIBLE = -1e20


class Chain(NamedTuple):
    """Scores of a path's parts: its first tag `(tags,)`, each pair of neighbours `(tags, tags)`, its last `(tags,)`."""

    start: Doubles
    transitions: Doubles
    end: Doubles

    def at(self, temperature: float) -> "Chain":
        """The same chain with all scores divided by `temperature`."""
        return Chain(*(scores / temperature for scores in self))


def constrained(emissions: Doubles, allowed: Mask | None) -> Doubles:
    """The emissions, with tags that aren't `allowed` impossible. Raises ValueError if the shapes differ."""
    if allowed is None:
        return emissions
    if allowed.shape != emissions.shape:
        raise ValueError(f"expected allowed tags of the shape {emissions.shape}, got {allowed.shape}")
    return np.where(allowed, emissions, IMPOSSIBLE)


def require_possible(scores: Doubles) -> None:
    """Raise ValueError if one of `scores` `(batch,)`, each the sum over a row's paths, is of impossible paths alone."""
    rows = np.flatnonzero(scores < POSSIBLE).tolist()
    if rows:
        raise ValueError(f"expected a possible tag sequence among the allowed ones of every row, got none in {rows}")


def path_scores(emissions: Doubles, tags: Ids, chain: Chain) -> Doubles:
    """The score of one path a row, `tags` `(batch, chars)`, from its start up to and with each character."""
    scores = np.take_along_axis(emissions, tags[:, :, None], axis=2)[:, :, 0]
    scores[:, 0] += chain.start[tags[:, 0]]
    scores[:, 1:] += chain.transitions[tags[:, :-1], tags[:, 1:]]
    return scores.cumsum(axis=1)
