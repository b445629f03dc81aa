import numpy as np
import pytest

from ner.evaluation import bootstrap
from ner.evaluation.bootstrap import Counts, f1_interval, paired_bootstrap, paired_bootstrap_of_groups


def tagger(random: np.random.Generator, gold: Counts, recall: float) -> Counts:
    """Counts of a tagger that finds each entity with this probability, and wrong ones besides."""
    correct = random.binomial(gold, recall)
    return np.stack([gold, correct + random.binomial(gold, 0.1), correct], axis=1)


def test_equal_predictions_differ_by_nothing() -> None:
    random = np.random.default_rng(0)
    gold = random.poisson(1.5, 100)
    seeds = np.stack([tagger(random, gold, 0.8) for _ in range(3)])
    for other in (seeds, seeds[::-1]):  # the order of the seeds changes the mean by a rounding error at most
        (difference,) = paired_bootstrap(np.stack([seeds, other]))
        assert difference.difference == pytest.approx(0, abs=1e-9)
        assert difference.p == 1
        assert (difference.low, difference.high) == pytest.approx((0, 0), abs=1e-9)


def test_the_score_is_the_micro_f1_averaged_over_seeds() -> None:
    first = [[[2, 2, 1], [2, 2, 1]], [[2, 2, 2], [2, 0, 0]]]  # F1 50, and 2 * 2 / (4 + 2): 66.67
    second = [[[2, 2, 2], [2, 2, 2]], [[2, 0, 0], [2, 0, 0]]]  # 100 and, with nothing found, 0
    (difference,) = paired_bootstrap(np.array([first, second]))
    assert difference.difference == pytest.approx(50 - (50 + 400 / 6) / 2)


def test_two_sentences_counted_by_hand() -> None:
    """Resamples: the first sentence twice (1/4), one of each (1/2), the second twice (1/4)."""
    baseline = [[[1, 1, 0], [1, 1, 1]]]
    better = [[[1, 1, 1], [1, 1, 1]]]  # F1 100 in all resamples; the baseline has 0, 50 and 100
    worse = [[[1, 1, 0], [1, 1, 0]]]  # F1 0 in all
    up, down = paired_bootstrap(np.array([baseline, better, worse]))
    assert (up.difference, up.low, up.high) == (50, 0, 100)
    assert (down.difference, down.low, down.high) == (-50, -100, 0)
    # |d_i - d| >= |d|: the differences 0 and 100 are that far from 50, half of all.
    assert up.p == pytest.approx(0.5, abs=0.02)
    assert down.p == up.p


def test_all_cells_are_resampled_alike() -> None:
    """What two cells get wrong in common, however much, leaves their difference certain."""
    random = np.random.default_rng(0)
    gold = np.ones(200, dtype=np.int64)
    found = random.binomial(gold, 0.5)
    baseline = np.stack([gold, gold, found], axis=1)
    other = baseline.copy()
    other[:, 0] += 1  # one more gold entity a sentence, never found
    (difference,) = paired_bootstrap(np.stack([baseline, other])[:, np.newaxis])
    assert difference.high - difference.low < 6  # unpaired it would be 17
    assert difference.p < 0.001


def test_a_strong_difference_is_not_chance_and_a_weak_one_may_be() -> None:
    random = np.random.default_rng(0)
    gold = random.poisson(1.5, 1000)
    cells = [np.stack([tagger(random, gold, recall) for _ in range(3)]) for recall in (0.80, 0.90, 0.801)]
    strong, weak = paired_bootstrap(np.stack(cells))
    assert strong.p == pytest.approx(1 / (1 + bootstrap.RESAMPLES))
    assert 0 < strong.low < strong.difference < strong.high
    assert weak.p > 0.05
    assert weak.low < 0 < weak.high


def test_without_a_difference_one_in_twenty_is_below_five_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 400)
    random = np.random.default_rng(0)
    below = 0
    for _ in range(400):
        gold = random.poisson(1.5, 200)
        (difference,) = paired_bootstrap(np.stack([tagger(random, gold, 0.8)[np.newaxis] for _ in range(2)]))
        below += difference.p < 0.05
    assert 8 <= below <= 36  # 20 are expected; the bounds are wider than 99.7% of cases


def test_no_entities_at_all() -> None:
    (difference,) = paired_bootstrap(np.zeros((2, 1, 5, 3), dtype=np.int64))
    assert (difference.difference, difference.p) == (0, 1)


def test_the_interval_of_two_sentences_counted_by_hand() -> None:
    """Resamples: F1 0 (1/4), 50 (1/2) and 100 (1/4)."""
    assert f1_interval(np.array([[1, 1, 0], [1, 1, 1]])) == (0, 100)
    assert f1_interval(np.array([[1, 1, 1]])) == (100, 100)


def test_more_sentences_give_a_narrower_interval_around_the_score() -> None:
    random = np.random.default_rng(3)
    few, many = (tagger(random, random.poisson(2, size), 0.8) for size in (50, 2000))
    widths = []
    for counts in (few, many):
        gold, predicted, correct = counts.sum(axis=0)
        low, high = f1_interval(counts)
        assert low < 200 * correct / (gold + predicted) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 3


def test_groups_are_compared_one_by_one() -> None:
    random = np.random.default_rng(4)
    gold = random.poisson(1.5, (2, 80))
    first, second = (np.stack([tagger(random, row, recall) for row in gold]) for recall in (0.7, 0.8))
    together = paired_bootstrap_of_groups(first, second)
    alone = [paired_bootstrap(np.stack([a, b])[:, np.newaxis])[0] for a, b in zip(first, second, strict=True)]
    assert together == alone
