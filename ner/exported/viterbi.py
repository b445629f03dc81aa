"""The best paths of a linear chain; shapes and masks are those of `ner.exported.chain`."""

import numpy as np

from ner.encoding.characters import Ids
from ner.exported.chain import POSSIBLE, Chain, Doubles, Mask


def best_path(emissions: Doubles, mask: Mask, chain: Chain) -> Ids:
    """The best path of every row, `(batch, chars)`, by the Viterbi algorithm (Rabiner 1989, section III).

    Nothing is meant outside the mask. On the way back the predecessors of one tag are compared at each character: so
    the way there needs no pointers.
    """
    scores = emissions.transpose(1, 2, 0).copy()  # (chars, tags, batch)
    transitions = chain.transitions[:, :, None]  # (tags, tags, 1)
    scores[0] += chain.start[:, None]
    for i in range(1, len(scores)):
        scores[i] += (scores[i - 1][:, None] + transitions).max(axis=0)
    best = scores.transpose(0, 2, 1).copy()  # (chars, batch, tags)
    rows, last = np.arange(len(mask)), mask.sum(axis=1) - 1
    tags = (best[last, rows] + chain.end).argmax(axis=1)
    # Whatever stands behind a row's last character, the way back comes through its best tag.
    best[last, rows] = -np.inf
    best[last, rows, tags] = 0.0
    to = chain.transitions.T.copy()
    path = np.empty(best.shape[:2], dtype=np.int64)  # (chars, batch)
    path[-1] = best[-1].argmax(axis=1)
    for i in range(len(best) - 2, -1, -1):
        path[i] = (best[i] + to[path[i + 1]]).argmax(axis=1)
    return path.T


def best_paths(emissions: Doubles, mask: Mask, chain: Chain, n: int) -> tuple[Ids, Doubles]:
    """The `n` best paths of every row `(batch, n, chars)` and their falling scores `(batch, n)`, by list Viterbi.

    The parallel algorithm of Seshadri and Sundberg 1994, section II. A path outside the mask repeats its last tag. The
    score is -inf where a row has fewer possible paths. Raises ValueError unless `n` is at least 1.
    """
    if n < 1:
        raise ValueError(f"expected at least 1 sequence to be asked for, got {n}")
    batch, chars, tags = emissions.shape
    # A state is tag * n + rank: the path of that rank among those that end in the tag.
    stay = np.arange(tags * n).reshape(tags, n)
    steps = chain.transitions.T.repeat(n, axis=1)  # (tags, tags * n): to a tag, from a state
    scores = np.full((batch, tags, n), -np.inf)
    scores[:, :, 0] = chain.start + emissions[:, 0]
    pointers = np.empty((chars, batch, tags * n), dtype=np.int64)
    for i in range(1, chars):
        best, previous = _highest(scores.reshape(batch, 1, tags * n) + steps, n)  # (batch, tags, n)
        here = mask[:, i, None, None]
        scores = np.where(here, best + emissions[:, i, :, None], scores)
        pointers[i] = np.where(here, previous, stay).reshape(batch, tags * n)
    total, state = _highest((scores + chain.end[:, None]).reshape(batch, tags * n), n)  # (batch, n)
    states = np.empty((chars, batch, n), dtype=np.int64)
    states[-1] = state
    for i in range(chars - 1, 0, -1):
        states[i - 1] = np.take_along_axis(pointers[i], states[i], axis=1)
    return states.transpose(1, 2, 0) // n, np.where(total < POSSIBLE, -np.inf, total)


def _highest(scores: Doubles, n: int) -> tuple[Doubles, Ids]:
    """The `n` highest of the last dimension, falling, and where they stand."""
    places = np.argsort(-scores, axis=-1)[..., :n]
    return np.take_along_axis(scores, places, axis=-1), places
