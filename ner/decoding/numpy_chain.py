"""The scores of a linear chain over tags; a path is one tag for each character.

Throughout the package, `emissions` is `(batch, chars, tags)`, and `mask` is `(batch, chars)` and true for the first
characters of each row, at least for one. What is computed a character at a time has characters first and rows last, so
that each step works on whole vectors; and all in float64, as sums run over a whole text.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ner.characters.character_table import Ids

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# As a score it absorbs any other, in float32 too, so a path through it never wins and has probability 0; yet sums of
# it stay finite, so no gradient becomes NaN.
IMPOSSIBLE = -1e30
# What is lower is the score of an impossible path: far from both kinds of paths at any temperature.
POSSIBLE = -1e20


class NumpyChain(NamedTuple):
    """Scores of a path's parts: its first tag `(tags,)`, each pair of neighbours `(tags, tags)`, its last `(tags,)`."""

    start: Doubles
    transitions: Doubles
    end: Doubles

    def at(self, temperature: float) -> "NumpyChain":
        """The same chain with all scores divided by `temperature`."""
        return NumpyChain(*(scores / temperature for scores in self))


def apply_constraints(emissions: Floats, allowed: Mask | None) -> Doubles:
    """The emissions in float64, with tags that aren't `allowed` impossible. Raises ValueError if the shapes differ."""
    scores = emissions.astype(np.float64)
    if allowed is not None:
        if allowed.shape != emissions.shape:
            raise ValueError(f"expected allowed tags of the shape {emissions.shape}, got {allowed.shape}")
        scores[~allowed] = IMPOSSIBLE
    return scores


def require_possible(scores: Doubles) -> None:
    """Raise ValueError if one of `scores` `(batch,)`, each the sum over a row's paths, is of impossible paths alone."""
    rows = np.flatnonzero(scores < POSSIBLE).tolist()
    if rows:
        raise ValueError(f"expected a possible tag sequence among the allowed ones of every row, got none in {rows}")


def predecessors(chain: NumpyChain) -> tuple[Ids, Doubles]:
    """The possible tags before each tag, and the scores of the transitions, both `(ways, tags)`.

    A tag with fewer ways to it than others has impossible ones beside. A tag scheme leaves about half of all pairs.
    """
    ways = int((chain.transitions > POSSIBLE).sum(axis=0).max())
    sources = (-chain.transitions).argsort(axis=0)[:ways]
    return sources, np.take_along_axis(chain.transitions, sources, axis=0)


def numpy_path_scores(emissions: Doubles, tags: Ids, chain: NumpyChain) -> Doubles:
    """The score of one path a row, `tags` `(batch, chars)`, from its start up to and with each character."""
    scores = np.take_along_axis(emissions, tags[:, :, None], axis=2)[:, :, 0]
    scores[:, 0] += chain.start[tags[:, 0]]
    scores[:, 1:] += chain.transitions[tags[:, :-1], tags[:, 1:]]
    return scores.cumsum(axis=1)
