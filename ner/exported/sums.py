"""Sums over all paths of a linear chain: their total, and exact probabilities of spans of the best one.

Shapes and masks are those of `ner.exported.chain`.
"""

from typing import NamedTuple

import numpy as np

from ner.encoding.characters import Ids
from ner.exported.chain import POSSIBLE, Chain, Doubles, Mask, path_scores, require_possible


class PathSums(NamedTuple):
    """Log-sums over paths, from the forward recursion (Rabiner 1989, section III).

    Args:
        before: over the paths up to a character, by its tag, without its own emission: `(chars, tags, batch)`.
        scores: the same with its emission.
        ends: over all paths by the last tag, at each row's last character; elsewhere -inf: `(chars, tags, batch)`.
        total: over all paths of a row, `(batch,)`.
    """

    before: Doubles
    scores: Doubles
    ends: Doubles
    total: Doubles


def sum_paths(emissions: Doubles, mask: Mask, chain: Chain) -> PathSums:
    """The log-sums of every row. Raises ValueError if one has no possible path."""
    scores = emissions.transpose(1, 2, 0).copy()  # (chars, tags, batch)
    before = np.empty_like(scores)
    before[0] = chain.start[:, None]
    scores[0] += before[0]
    for i in range(1, len(scores)):
        before[i] = _log_sum(scores[i - 1][:, None] + chain.transitions[:, :, None])
        scores[i] += before[i]
    rows, last = np.arange(len(mask)), mask.sum(axis=1) - 1
    ends = np.full_like(scores, -np.inf)
    ends[last, :, rows] = scores[last, :, rows] + chain.end
    total = _log_sum(ends[last, :, rows].T)
    require_possible(total)
    return PathSums(before, scores, ends, total)


def _log_sum(scores: Doubles) -> Doubles:
    """The log-sum over the first dimension."""
    top = scores.max(axis=0)
    total: Doubles = np.log(np.exp(scores - top).sum(axis=0)) + top
    return total


def path_probabilities(emissions: Doubles, mask: Mask, tags: Ids, chain: Chain) -> tuple[Doubles, Doubles]:
    """`enter` and `leave` of `ner.tagging.engine.Decoded`, for the paths `tags` `(batch, chars)`.

    `exp(-enter)` is the probability of all of the path's tags before a character, given the character's: so the
    quotient of two of them is that of the tags between, given the last. `leave` adds what is left: the probability that
    the last character has its tag and that the entity ends there, since the next tag is none that goes on with one.

    Marginal probabilities come from the last character back: each tag hands its own on to the tags before it, by their
    shares in its sum (the smoothing recursion of Kitagawa 1987).
    """
    sums = sum_paths(emissions, mask, chain)
    ends = np.exp(sums.ends - sums.total)  # (chars, tags, batch)
    begins = chain.start >= POSSIBLE  # a tag that can't begin a sentence goes on with an entity
    rows = np.arange(len(mask))
    leaves = np.empty(mask.T.shape)  # (chars, batch)
    marginals = ends[-1]  # (tags, batch)
    leaves[-1] = marginals[tags[:, -1], rows]
    for i in range(len(leaves) - 2, -1, -1):
        shares = np.exp(sums.scores[i][:, None] + chain.transitions[:, :, None] - sums.before[i + 1])
        pairs = shares * marginals  # (tags, next tags, batch)
        marginals = pairs.sum(axis=1) + ends[i]
        path = tags[:, i]
        leaves[i] = pairs[path][:, begins][rows, :, rows].sum(axis=1) + ends[i][path, rows]
    reached = np.take_along_axis(sums.scores, tags.T[:, None], axis=1)[:, 0].T  # (batch, chars)
    enter = reached - path_scores(emissions, tags, chain)
    with np.errstate(divide="ignore"):  # of what is too improbable for a float64 the log is -inf
        return enter, np.log(leaves.T) - enter
