"""Sums over all paths of a linear chain: their total and entropy, and exact probabilities of tags and of spans."""

from itertools import pairwise

import numpy as np

from ner.characters.character_table import Ids
from ner.decoding.numpy_chain import (
    POSSIBLE,
    Doubles,
    Mask,
    NumpyChain,
    numpy_path_scores,
    predecessors,
    require_possible,
)

# Sums of products are exact enough while they are above the inverse of this number, and they and their factors are
# below it: then the terms that underflow are too small to matter.
_LARGE = 1e50


def numpy_log_partition(emissions: Doubles, mask: Mask, chain: NumpyChain) -> Doubles:
    """The log-sum over all paths of each row, `(batch,)`.

    Raises:
        ValueError: a row has no possible path.
    """
    rows, last = np.arange(len(mask)), mask.sum(axis=1) - 1
    total = _log_sum_exp(_forward(emissions, chain)[last, :, rows].T + chain.end[:, None])
    require_possible(total)
    return total


def numpy_entropy(emissions: Doubles, mask: Mask, chain: NumpyChain) -> Doubles:
    """The entropy of the distribution over the paths of each row, in nats, `(batch,)`.

    The recursion of Hernando, Crespi and Cybenko 2005 ("Efficient Computation of the Hidden Markov Model Entropy for a
    Given Observation Sequence"): the entropy of the paths that end at a tag is that of the tag before it, plus the mean
    entropy of the paths that end at the tag before it.

    Raises:
        ValueError: a row has no possible path.
    """
    rows, last = np.arange(len(mask)), mask.sum(axis=1) - 1
    sums = _forward(emissions, chain)  # (chars, tags, batch)
    sources, transitions = predecessors(chain)  # (ways, tags)
    entropies = np.zeros_like(sums)
    for before, of_before, here in zip(sums, entropies, entropies[1:], strict=False):
        ways = before.take(sources, axis=0) + transitions[:, :, None]  # (ways, tags, batch)
        here[:] = _mixed_entropy(ways, of_before.take(sources, axis=0))
    ends = sums[last, :, rows].T + chain.end[:, None]  # (tags, batch)
    require_possible(_log_sum_exp(ends.copy()))
    return np.maximum(_mixed_entropy(ends, entropies[last, :, rows].T), 0.0)


def numpy_marginals(emissions: Doubles, mask: Mask, chain: NumpyChain) -> Doubles:
    """The probability of each tag at each character, `(batch, chars, tags)`. Values outside the mask have no meaning.

    Raises:
        ValueError: a row has no possible path.
    """
    there, back = _both_ways(emissions, mask, chain)
    through = there + back - emissions.transpose(1, 2, 0)  # (chars, tags, batch)
    total = _log_sum_exp(through.transpose(1, 0, 2).copy())  # (chars, batch)
    require_possible(total[0])
    return np.exp(through - total[:, None]).transpose(2, 0, 1)


def numpy_transitions(emissions: Doubles, mask: Mask, chain: NumpyChain) -> Doubles:
    """The expected number of each transition in a random path, over all rows, `(tags, tags)`: from, to.

    This is the sum over xi of Rabiner 1989, section III.C.

    Raises:
        ValueError: a row has no possible path.
    """
    there, back = _both_ways(emissions, mask, chain)
    total = numpy_log_partition(emissions, mask, chain)
    transitions = chain.transitions[:, :, None]  # (tags, tags, 1)
    counts = np.zeros(chain.transitions.shape)
    for before, after, inside in zip(there, back[1:], mask.T[1:], strict=False):
        pairs = before[:, None] + transitions + after - total  # (tags, tags, batch)
        counts += np.exp(np.minimum(pairs[:, :, inside], 0.0)).sum(axis=2)
    return counts


def path_probabilities(emissions: Doubles, mask: Mask, tags: Ids, chain: NumpyChain) -> tuple[Doubles, Doubles]:
    """Compute `enter` and `leave` of `ner.decoding.tag_decoders.Decoded` for one path per row.

    `exp(-enter)` is the probability of all tags of the path before a character, given the tag of the character. So the
    quotient of two of them is the probability of the tags between two characters, given the tag of the last. `leave`
    adds the remaining factor: the probability that the last character has its tag and that the entity ends there, that
    is, that the next tag does not continue an entity.

    Args:
        emissions: `(batch, chars, tags)`.
        mask: `(batch, chars)`.
        tags: the paths, `(batch, chars)`.
        chain: the scores of the chain.

    Returns:
        `enter` and `leave`, both `(batch, chars)`.

    Raises:
        ValueError: a row has no possible path.
    """
    chars, rows = np.arange(mask.shape[1])[:, None], np.arange(len(mask))
    there, back = _both_ways(emissions, mask, chain)
    # Each character has its own sum over all paths, so that rounding errors of a long text cancel out.
    total = _log_sum_exp((there + back - emissions.transpose(1, 2, 0)).transpose(1, 0, 2))  # (chars, batch)
    require_possible(total[0])
    begins = chain.start >= POSSIBLE  # a tag that can't start a sentence continues an entity
    path = tags.T
    ahead = chain.end[path]
    behind = _log_sum_exp(chain.transitions.T[begins][:, path[:-1]] + back[1:, begins].transpose(1, 0, 2))
    np.copyto(ahead[:-1], behind, where=mask.T[1:])
    reached = there[chars, path, rows]
    enter = reached.T - numpy_path_scores(emissions, tags, chain)
    return enter, (reached + ahead - total).T - enter


def _both_ways(emissions: Doubles, mask: Mask, chain: NumpyChain) -> tuple[Doubles, Doubles]:
    """Log-sums over the paths up to each character, and from each character on, by its tag: `(chars, tags, batch)`."""
    chars = np.arange(mask.shape[1])[:, None]
    rows, last = np.arange(len(mask)), mask.sum(axis=1) - 1
    # The backward pass is a forward pass over reversed rows. Each row is reversed within its own length.
    turned = (last - chars) % len(chars)  # (chars, batch)
    back = _forward(emissions[rows, turned].transpose(1, 0, 2), NumpyChain(chain.end, chain.transitions.T, chain.start))
    return _forward(emissions, chain), back[turned, :, rows].transpose(0, 2, 1)


def _mixed_entropy(scores: Doubles, entropies: Doubles) -> Doubles:
    """The entropy of a choice along the first dimension, by log-scores, and then of what was chosen."""
    logs = np.maximum(scores - _log_sum_exp(scores.copy()), -700.0)  # of shares; a smaller one is negligible
    mixed: Doubles = (np.exp(logs) * (entropies - logs)).sum(axis=0)
    return mixed


def _forward(emissions: Doubles, chain: NumpyChain) -> Doubles:
    """Log-sums over the paths up to and including each character, by its tag: `(chars, tags, batch)`.

    The forward recursion (Rabiner 1989, section III). It uses plain products, scaled at each character by the sum of
    the first tag (as in section V.A), or logarithms if products could underflow or overflow.
    """
    scores = emissions.transpose(1, 2, 0).copy()
    scores[0] += chain.start[:, None]
    highest = chain.transitions.max()
    steps = np.exp(chain.transitions.T - highest)  # (tags, tags): to, from
    sums = np.ones_like(scores)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        factors = np.exp(scores - scores[:, :1])
        here = factors[0].copy()  # (tags, batch)
        for total, factor in zip(sums[1:], factors[1:], strict=True):
            np.matmul(steps, here, out=total)
            np.multiply(total, factor, out=here)
            here /= total[0]
    if sums.min() > 1 / _LARGE and max(sums.max(), factors.max()) < _LARGE:
        scores[1:] += np.log(sums[1:]) + highest
        scores[1:] += scores[:-1, :1].cumsum(axis=0)
    else:
        sources, transitions = predecessors(chain)  # (ways, tags)
        for before, here in pairwise(scores):
            here += _log_sum_exp(before.take(sources, axis=0) + transitions[:, :, None])
    return scores


def _log_sum_exp(scores: Doubles) -> Doubles:
    """The log-sum over the first dimension of `scores`. It overwrites `scores`."""
    top = scores.max(axis=0)
    scores -= top
    np.maximum(scores, -700.0, out=scores)  # exp(-700) is negligible, and exp of lower numbers is ten times slower
    total: Doubles = np.log(np.exp(scores, out=scores).sum(axis=0)) + top
    return total
