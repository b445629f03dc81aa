"""Testing several systems against the first one: three tests, effect sizes, and the correction for several tests.

The bootstrap is in `bootstrap.py`. Sources of the others: Yeh, *More Accurate Tests for the Statistical Significance of
Result Differences* (COLING 2000), for approximate randomisation; McNemar, *Note on the Sampling Error of the Difference
Between Correlated Proportions* (Psychometrika 1947), in its exact form; Holm, *A Simple Sequentially Rejective Multiple
Test Procedure* (Scandinavian Journal of Statistics 1979).
"""

import math
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pandas as pd

from ner.evaluation.bootstrap import RESAMPLES, ROUNDING, SEED, Counts, batch_sizes, mean_f1, paired_bootstrap

Found = npt.NDArray[np.bool_]

CORRECTED = "_holm"
"""The end of the names of columns with corrected p-values."""
TESTS = ("p", "p_randomisation", "p_mcnemar")


def compare_with_first(counts: Counts, found: Found | None = None) -> pd.DataFrame:
    """Compare the F1 of each system with that of the first one.

    Args:
        counts: gold, predicted and correct chunks, `(systems, seeds, sentences, 3)`.
        found: which gold entities each system found, `(systems, entities)`, for McNemar's test. It is defined for one
            run of each system; without `found`, its columns are left out.

    Returns:
        A row for each system but the first: the `difference` of F1 in points with its 95% interval (`low`, `high`);
        `error_reduction`, the share of the first system's distance to 100 that is gained, in percent; the gold entities
        that only this system found (`gained`) and that only the first found (`lost`); p of the paired bootstrap (`p`),
        of approximate randomisation and of McNemar's test; and each p corrected by Holm for the number of rows.
    """
    base = float(mean_f1(counts[0].sum(axis=1).astype(np.float64), 1, counts.shape[1])[0, 0])
    frame = pd.DataFrame([asdict(row) for row in paired_bootstrap(counts)], columns=["difference", "low", "high", "p"])
    left = 100 - base
    frame.insert(3, "error_reduction", 100 * frame["difference"] / left if left > ROUNDING else math.nan)
    frame["p_randomisation"] = approximate_randomisation(counts)
    if found is not None:
        gained, lost = (found[1:] & ~found[0]).sum(axis=1), (found[0] & ~found[1:]).sum(axis=1)
        frame.insert(4, "gained", gained)
        frame.insert(5, "lost", lost)
        frame["p_mcnemar"] = [mcnemar(int(more), int(fewer)) for more, fewer in zip(gained, lost, strict=True)]
    for test in TESTS:
        if test in frame:
            frame[f"{test}{CORRECTED}"] = holm(frame[test].tolist())
    return frame


def approximate_randomisation(counts: Counts) -> list[float]:
    """The two-sided p of each system but the first, by exchanging the outputs of two systems for random sentences.

    If two systems are equally good, it doesn't matter which of them has made which output of a sentence. In each of
    10,000 trials, the outputs of about half of the sentences are exchanged, those of all seeds together, and the
    difference of F1 is computed again. p is the share of trials whose difference is at least as large. The real outputs
    count as one trial, so p is never 0.

    Args:
        counts: as for `compare_with_first`.
    """
    systems, seeds, sentences, _ = counts.shape
    rows = counts.transpose(0, 2, 1, 3).reshape(systems, sentences, -1).astype(np.float64)
    totals = rows.sum(axis=1)
    f1 = mean_f1(totals, 1, seeds)[:, 0]
    extreme = np.zeros(systems, dtype=np.int64)
    generator = np.random.default_rng(SEED)
    for size in batch_sizes(sentences, RESAMPLES):
        exchanged = generator.integers(2, size=(size, sentences)).astype(np.float64)
        for system in range(1, systems):
            moved = exchanged @ (rows[system] - rows[0])
            drawn = mean_f1(totals[system] - moved, 1, seeds) - mean_f1(totals[0] + moved, 1, seeds)
            extreme[system] += np.count_nonzero(np.abs(drawn) >= abs(f1[system] - f1[0]) - ROUNDING)
    return [(1 + int(count)) / (1 + RESAMPLES) for count in extreme[1:]]


def mcnemar(gained: int, lost: int) -> float:
    """The exact two-sided p of McNemar's test: is one of two systems more often alone in finding an entity?

    Entities that both or neither found say nothing. If the systems are equally good, the others are found by one or the
    other with probability 0.5. Entities of one sentence are not independent, so p is a little too small.

    >>> mcnemar(1, 5)
    0.21875
    """
    fewer, both = min(gained, lost), gained + lost
    if gained == lost:
        return 1.0
    terms = [math.lgamma(both + 1) - math.lgamma(k + 1) - math.lgamma(both - k + 1) for k in range(fewer + 1)]
    tail = math.fsum(math.exp(term - both * math.log(2)) for term in terms)
    return round(min(1.0, 2 * tail), 12)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct the p-values of several tests by Holm's method.

    Of the corrected values, one or more are below 0.05 by chance in at most one of twenty such families of tests.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    corrected = [0.0] * len(order)
    largest = 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * float(p_values[at])))
        corrected[at] = largest
    return corrected
