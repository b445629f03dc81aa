"""The best paths of a linear chain; shapes and masks are those of `ner.decoding.numpy_chain`."""

from itertools import pairwise

import numpy as np

from ner.characters.character_table import Ids
from ner.decoding.numpy_chain import POSSIBLE, Doubles, Floats, Mask, NumpyChain, predecessors


def best_path(emissions: Floats | Doubles, mask: Mask, chain: NumpyChain) -> Ids:
    """The best path of every row, `(batch, chars)`, by the Viterbi algorithm (Rabiner 1989, section III).

    Nothing is meant outside the mask. The way there keeps scores alone: on the way back the predecessors of one tag
    are compared at each character, not those of all tags.
    """
    batch, chars, tags = emissions.shape
    scores = np.array(emissions.transpose(1, 2, 0), dtype=np.float64, order="C")  # (chars, tags, batch)
    scores[0] += chain.start[:, None]
    sources, transitions = predecessors(chain)  # (ways, tags)
    steps = np.repeat(transitions[:, :, None], batch, axis=2)  # addends of one shape are added in one go
    candidates = np.empty_like(steps)
    best = np.empty((tags, batch))
    for before, here in pairwise(scores):
        before.take(sources, axis=0, out=candidates, mode="clip")
        candidates += steps
        here += np.maximum.reduce(candidates, axis=0, out=best)
    rows, last = np.arange(batch), mask.sum(axis=1) - 1
    ends = (scores[last, :, rows] + chain.end).argmax(axis=1)
    # Whatever stands behind a row's last character, the way back comes through its best tag.
    scores[last, :, rows] = -np.inf
    scores[last, ends, rows] = 0.0
    path = np.empty((chars, batch), dtype=np.int64)
    path[-1] = scores[-1].argmax(axis=0)
    for before, tag, following in zip(scores[-2::-1], path[-2::-1], path[:0:-1], strict=True):
        chain.transitions.take(following, axis=1, out=best, mode="clip")
        np.add(before, best, out=best).argmax(axis=0, out=tag)
    return path.T


def best_paths(emissions: Doubles, mask: Mask, chain: NumpyChain, n: int) -> tuple[Ids, Doubles]:
    """The `n` best paths of every row `(batch, n, chars)` and their falling scores `(batch, n)`, by list Viterbi.

    The parallel algorithm of Seshadri and Sundberg 1994, section II; with n = 1 it finds `best_path`. A path
    outside the mask repeats its last tag. The score is -inf where a row has fewer possible paths.
    Raises ValueError unless `n` is at least 1.
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
    """The `n` highest of the last dimension of `scores`, falling, and where they stand; overwrites `scores`."""
    width = scores.shape[-1]
    flat, first = scores.reshape(-1), np.arange(0, scores.size, width)
    places = np.empty((n, len(first)), dtype=np.int64)
    highest = np.empty(places.shape)
    for place, high in zip(places, highest, strict=True):  # faster than to sort: few are asked for
        flat.reshape(-1, width).argmax(axis=1, out=place)
        flat.take(first + place, out=high)
        flat[first + place] = -np.inf
    shape = (*scores.shape[:-1], n)
    return highest.T.reshape(shape), places.T.reshape(shape)
