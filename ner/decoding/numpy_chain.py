"""The scores of a linear chain over tags. A path has one tag for each character.

In the whole package, `emissions` is `(batch, chars, tags)`. `mask` is `(batch, chars)` and true for the first
characters of each row, for at least one.

Arrays that are computed character by character have characters first and rows last, so that each step works on whole
vectors. All sums are float64, because they run over a whole text.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ner.characters.character_table import Ids

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Any other score added to it makes no difference, in float32 too: a path through it never wins and has probability 0.
# Sums of it stay finite, so that no gradient becomes NaN.
IMPOSSIBLE = -1e30
# The score of an impossible path is lower. Both kinds of paths are far from this limit at any temperature.
POSSIBLE = -1e20


class NumpyChain(NamedTuple):
    """The scores of a path.

    Args:
        start: of its first tag, `(tags,)`.
        transitions: of each pair of adjacent tags, `(tags, tags)`: from, to.
        end: of its last tag, `(tags,)`.
    """

    start: Doubles
    transitions: Doubles
    end: Doubles

    def at(self, temperature: float) -> "NumpyChain":
        """The same chain with all scores divided by `temperature`."""
        return NumpyChain(*(scores / temperature for scores in self))


def apply_constraints(emissions: Floats, allowed: Mask | None) -> Doubles:
    """Convert emissions to float64, and make tags impossible that are not allowed.

    Args:
        emissions: `(batch, chars, tags)`.
        allowed: `(batch, chars, tags)`, or None if all tags are.

    Raises:
        ValueError: the shapes differ.
    """
    scores = emissions.astype(np.float64)
    if allowed is not None:
        if allowed.shape != emissions.shape:
            raise ValueError(f"expected allowed tags of the shape {emissions.shape}, got {allowed.shape}")
        scores[~allowed] = IMPOSSIBLE
    return scores


def require_possible(scores: Doubles) -> None:
    """Check that each row has a possible path.

    Args:
        scores: the log-sums over all paths of each row, `(batch,)`.

    Raises:
        ValueError: a row has only impossible paths.
    """
    rows = np.flatnonzero(scores < POSSIBLE).tolist()
    if rows:
        raise ValueError(f"expected a possible tag sequence among the allowed ones of every row, got none in {rows}")


def predecessors(chain: NumpyChain) -> tuple[Ids, Doubles]:
    """The possible tags before each tag, and the scores of these transitions, both `(ways, tags)`.

    `ways` is the maximum number of tags before a tag. If a tag has fewer, impossible ones fill the column. A tag scheme
    allows about half of all pairs.
    """
    ways = int((chain.transitions > POSSIBLE).sum(axis=0).max())
    sources = (-chain.transitions).argsort(axis=0)[:ways]
    return sources, np.take_along_axis(chain.transitions, sources, axis=0)


def numpy_path_scores(emissions: Doubles, tags: Ids, chain: NumpyChain) -> Doubles:
    """The score of one path per row, from its start to each character.

    Args:
        emissions: `(batch, chars, tags)`.
        tags: the paths, `(batch, chars)`.
        chain: the scores of the chain.

    Returns:
        `(batch, chars)`: the score of the path up to and including the character.
    """
    scores = np.take_along_axis(emissions, tags[:, :, None], axis=2)[:, :, 0]
    scores[:, 0] += chain.start[tags[:, 0]]
    scores[:, 1:] += chain.transitions[tags[:, :-1], tags[:, 1:]]
    return scores.cumsum(axis=1)
