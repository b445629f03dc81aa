"""The best paths of a linear chain. Shapes and masks are as in `ner.decoding.numpy_chain`."""

from itertools import pairwise

import numpy as np

from ner.characters.character_table import Ids
from ner.decoding.numpy_chain import POSSIBLE, Doubles, Floats, Mask, NumpyChain, predecessors


def best_path(emissions: Floats | Doubles, mask: Mask, chain: NumpyChain) -> Ids:
    """Find the best path of every row with the Viterbi algorithm (Rabiner 1989, section III).

    The forward pass keeps only scores. The backward pass then compares the predecessors of one tag at each character,
    not those of all tags.

    Returns:
        The tags, `(batch, chars)`. Values outside of the mask have no meaning.
    """
    batch, chars, tags = emissions.shape
    scores = np.array(emissions.transpose(1, 2, 0), dtype=np.float64, order="C")  # (chars, tags, batch)
    scores[0] += chain.start[:, None]
    sources, transitions = predecessors(chain)  # (ways, tags)
    steps = np.repeat(transitions[:, :, None], batch, axis=2)  # arrays of the same shape are added faster
    candidates = np.empty_like(steps)
    best = np.empty((tags, batch))
    for before, here in pairwise(scores):
        before.take(sources, axis=0, out=candidates, mode="clip")
        candidates += steps
        here += np.maximum.reduce(candidates, axis=0, out=best)
    rows, last = np.arange(batch), mask.sum(axis=1) - 1
    ends = (scores[last, :, rows] + chain.end).argmax(axis=1)
    # The backward pass must go through the best tag of a row's last character, whatever the scores behind it are.
    scores[last, :, rows] = -np.inf
    scores[last, ends, rows] = 0.0
    path = np.empty((chars, batch), dtype=np.int64)
    path[-1] = scores[-1].argmax(axis=0)
    for before, tag, following in zip(scores[-2::-1], path[-2::-1], path[:0:-1], strict=True):
        chain.transitions.take(following, axis=1, out=best, mode="clip")
        np.add(before, best, out=best).argmax(axis=0, out=tag)
    return path.T


def best_paths(emissions: Doubles, mask: Mask, chain: NumpyChain, n: int) -> tuple[Ids, Doubles]:
    """Find the `n` best paths of every row with the list Viterbi algorithm.

    This is the parallel algorithm of Seshadri and Sundberg 1994, section II. With n = 1 it finds the same path as
    `best_path`.

    Returns:
        The tags, `(batch, n, chars)`, and the scores, `(batch, n)`, the best first. Outside of the mask a path repeats
        its last tag. If a row has fewer than n possible paths, the other scores are -inf.

    Raises:
        ValueError: `n` is less than 1.
    """
    if n < 1:
        raise ValueError(f"expected `n` to be at least 1, got {n}")
    batch, chars, tags = emissions.shape
    # A state is tag * n + rank, for the path of that rank among the paths that end in the tag.
    stay = np.arange(tags * n).reshape(tags, n)
    steps = chain.transitions.T.repeat(n, axis=1)  # (tags, tags * n): to a tag, from a state
    scores = np.full((batch, tags, n), -np.inf)
    scores[:, :, 0] = chain.start + emissions[:, 0]
    pointers = np.empty((chars, batch, tags * n), dtype=np.int64)
    for i in range(1, chars):
        best, previous = highest(scores.reshape(batch, 1, tags * n) + steps, n)  # (batch, tags, n)
        here = mask[:, i, None, None]
        scores = np.where(here, best + emissions[:, i, :, None], scores)
        pointers[i] = np.where(here, previous, stay).reshape(batch, tags * n)
    total, state = highest((scores + chain.end[:, None]).reshape(batch, tags * n), n)  # (batch, n)
    states = np.empty((chars, batch, n), dtype=np.int64)
    states[-1] = state
    for i in range(chars - 1, 0, -1):
        states[i - 1] = np.take_along_axis(pointers[i], states[i], axis=1)
    return states.transpose(1, 2, 0) // n, np.where(total < POSSIBLE, -np.inf, total)


def highest(scores: Doubles, n: int) -> tuple[Doubles, Ids]:
    """The `n` highest values of the last dimension, the highest first, and their places. It overwrites `scores`."""
    width = scores.shape[-1]
    flat, first = scores.reshape(-1), np.arange(0, scores.size, width)
    places = np.empty((n, len(first)), dtype=np.int64)
    highest = np.empty(places.shape)
    for place, high in zip(places, highest, strict=True):  # faster than sorting, because n is small
        flat.reshape(-1, width).argmax(axis=1, out=place)
        flat.take(first + place, out=high)
        flat[first + place] = -np.inf
    shape = (*scores.shape[:-1], n)
    return highest.T.reshape(shape), places.T.reshape(shape)
