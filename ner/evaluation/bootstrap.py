"""The bootstrap: confidence intervals of F1, and the significance of a difference between two taggers.

Sources: Efron, *Bootstrap Methods: Another Look at the Jackknife* (Annals of Statistics 1979), for the method; Koehn,
*Statistical Significance Tests for Machine Translation Evaluation* (EMNLP 2004), for resampling test sentences in
pairs; Berg-Kirkpatrick, Burkett and Klein, *An Empirical Investigation of Statistical Significance in NLP*
(EMNLP-CoNLL 2012), for the p-value.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SIGNIFICANT = 0.05
"""A difference with a smaller p is called significant."""
RESAMPLES = 10_000
SEED = 1
ROUNDING = 1e-9
_NUMBERS_AT_ONCE = 2_000_000  # size of a batch of resamples: 16 megabytes


@dataclass(frozen=True)
class Difference:
    """F1 minus the F1 of the baseline, its 95% interval (all in points), and its two-sided p-value."""

    difference: float
    low: float
    high: float
    p: float


def paired_bootstrap(counts: Counts) -> list[Difference]:
    """Compare the F1 of each cell with the F1 of the first cell, and test whether the difference is significant.

    The score of a cell is its micro F1 in percent, averaged over its seeds. Each resample draws as many sentences as
    there are, with replacement. It uses the same sentences for all cells and seeds, and scores them again. The interval
    goes from the 2.5th to the 97.5th percentile of the resampled differences.

    If d is the observed difference and d_i are the resampled ones, p is the share of resamples with |d_i - d| >= |d|.
    Berg-Kirkpatrick, Burkett and Klein count d_i > 2d, the one-sided version. The sample itself counts as one
    resample, so p is never 0 (Phipson and Smyth 2010, *Permutation P-values Should Never Be Zero*).

    Args:
        counts: gold, predicted and correct chunks, `(cells, seeds, sentences, 3)`.

    Returns:
        The differences of all cells but the first.
    """
    cells, seeds, _, _ = counts.shape
    observed = mean_f1(counts.sum(axis=2).astype(np.float64), cells, seeds)  # (1, cells)
    resampled = _resampled_f1(counts)
    return [_difference(observed[0, 0], observed[0, i], resampled[:, 0], resampled[:, i]) for i in range(1, cells)]


def paired_bootstrap_of_groups(first: Counts, second: Counts) -> list[Difference]:
    """Compare two taggers in several groups of entities, for example types, as `paired_bootstrap` does.

    Args:
        first: gold, predicted and correct chunks of the first tagger, `(groups, sentences, 3)`.
        second: the same counts of the second tagger, for the same sentences.

    Returns:
        The second tagger minus the first, for each group.
    """
    counts = np.stack([first, second]).reshape(-1, 1, *first.shape[1:])
    groups = len(first)
    observed = mean_f1(counts.sum(axis=2).astype(np.float64), len(counts), 1)[0]
    resampled = _resampled_f1(counts)
    pairs = [(i, groups + i) for i in range(groups)]
    return [_difference(observed[a], observed[b], resampled[:, a], resampled[:, b]) for a, b in pairs]


def f1_interval(counts: Counts) -> tuple[float, float]:
    """The 95% interval of micro F1 in percent: the 2.5th and 97.5th percentile of the resampled scores.

    Args:
        counts: gold, predicted and correct chunks, `(sentences, 3)`, of at least one sentence.
    """
    return f1_intervals(counts[np.newaxis, np.newaxis])[0]


def f1_intervals(counts: Counts) -> list[tuple[float, float]]:
    """The 95% interval of each cell's F1, averaged over its seeds; `counts` is that of `paired_bootstrap`."""
    ends = np.percentile(_resampled_f1(counts), [2.5, 97.5], axis=0)
    return [(float(low), float(high)) for low, high in ends.T]


def _difference(baseline: float, other: float, baseline_drawn: Floats, other_drawn: Floats) -> Difference:
    found = float(other - baseline)
    drawn = other_drawn - baseline_drawn
    extreme = np.count_nonzero(np.abs(drawn - found) >= abs(found) - ROUNDING)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Difference(found, float(low), float(high), float((1 + extreme) / (1 + RESAMPLES)))


def _resampled_f1(counts: Counts) -> Floats:
    """The F1 of all cells in each resample, `(resamples, cells)`."""
    cells, seeds, sentences, _ = counts.shape
    by_sentence = counts.transpose(2, 0, 1, 3).reshape(sentences, -1).astype(np.float64)
    return np.concatenate(
        [mean_f1(times @ by_sentence, cells, seeds) for times in draw_resamples(sentences, RESAMPLES)]
    )


def draw_resamples(items: int, resamples: int) -> Iterator[Floats]:
    """Draw resamples of as many items as there are, with replacement, in batches.

    Returns:
        How often each item is in each resample of a batch, `(batch, items)`.
    """
    generator = np.random.default_rng(SEED)
    for size in batch_sizes(items, resamples):
        drawn = generator.integers(items, size=(size, items))
        drawn += items * np.arange(size)[:, np.newaxis]
        yield np.bincount(drawn.ravel(), minlength=size * items).reshape(size, items).astype(np.float64)


def batch_sizes(items: int, resamples: int) -> list[int]:
    """The sizes of batches of resamples with a number for each item, which have room in memory."""
    batch = max(1, _NUMBERS_AT_ONCE // items)
    return [min(batch, resamples - start) for start in range(0, resamples, batch)]


def mean_f1(sums: Floats, cells: int, seeds: int) -> Floats:
    """Micro F1 in percent from sums of counts, `(resamples, cells * seeds * 3)`, averaged over the seeds."""
    gold, predicted, correct = np.moveaxis(sums.reshape(-1, cells, seeds, 3), 3, 0)
    # 2PR / (P + R) = 2 * correct / (gold + predicted). Without any chunk F1 is 0.
    f1: Floats = np.mean(200 * correct / np.maximum(gold + predicted, 1), axis=2)
    return f1
