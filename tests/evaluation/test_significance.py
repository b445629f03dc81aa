import numpy as np
import pytest

from ner.evaluation import significance
from ner.evaluation.bootstrap import Counts
from ner.evaluation.significance import approximate_randomisation, compare_with_first, holm, mcnemar


def tagger(random: np.random.Generator, gold: Counts, recall: float) -> Counts:
    correct = random.binomial(gold, recall)
    return np.stack([gold, correct + random.binomial(gold, 0.1), correct], axis=1)


def test_exchanging_the_outputs_of_two_sentences_counted_by_hand() -> None:
    """Of the four ways to exchange, all give a difference of 100 or 0: two of them are as large as the real one."""
    none, both = [[1, 1, 0], [1, 1, 0]], [[1, 1, 1], [1, 1, 1]]
    (p,) = approximate_randomisation(np.array([[none], [both]]))
    assert p == pytest.approx(0.5, abs=0.02)


def test_equal_outputs_differ_by_nothing() -> None:
    counts = np.array([[[[2, 2, 1], [1, 0, 0]]]] * 2)
    assert approximate_randomisation(counts) == [1.0]


def test_randomisation_agrees_with_the_bootstrap() -> None:
    random = np.random.default_rng(0)
    gold = random.poisson(1.5, 600)
    counts = np.stack([[tagger(random, gold, recall)] for recall in (0.80, 0.90, 0.82)])
    strong, weak = compare_with_first(counts).to_dict("records")
    assert max(strong["p"], strong["p_randomisation"]) < 0.002
    assert abs(weak["p"] - weak["p_randomisation"]) < 0.1
    assert strong["low"] < strong["difference"] < strong["high"]


def test_outputs_of_all_seeds_are_exchanged_together() -> None:
    """Where each seed is better in another sentence, no exchange changes the mean by much."""
    better, worse = [1, 1, 1], [1, 1, 0]
    first = [[worse, worse], [worse, worse]]
    second = [[better, worse], [worse, better]]
    (p,) = approximate_randomisation(np.array([first, second]))
    # Exchanged or not, each sentence is right once in the two seeds of one system: 50 points, or 0 between them.
    assert p == pytest.approx(0.5, abs=0.02)


def test_without_a_difference_one_in_twenty_is_below_five_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "RESAMPLES", 400)
    random = np.random.default_rng(0)
    below = 0
    for _ in range(400):
        gold = random.poisson(1.5, 200)
        (p,) = approximate_randomisation(np.stack([tagger(random, gold, 0.8)[np.newaxis] for _ in range(2)]))
        below += p < 0.05
    assert 8 <= below <= 36  # 20 are expected; the bounds are wider than 99.7% of cases


@pytest.mark.parametrize(
    ("gained", "lost", "p"), [(0, 0, 1.0), (7, 7, 1.0), (1, 5, 0.21875), (0, 5, 0.0625), (5, 0, 0.0625)]
)
def test_mcnemar_counted_by_hand(gained: int, lost: int, p: float) -> None:
    """1 of 6 or fewer: (1 + 6) / 64 on one side."""
    assert mcnemar(gained, lost) == p


def test_mcnemar_of_many_is_that_of_the_binomial_distribution() -> None:
    assert mcnemar(1000, 1200) == pytest.approx(2.1817026e-05, rel=1e-6)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.04]) == [0.04]


def test_effects_of_two_systems_counted_by_hand() -> None:
    """The first has F1 50; the second finds one entity that it missed, and loses none."""
    counts = np.array([[[[2, 2, 1], [2, 2, 1]]], [[[2, 2, 2], [2, 2, 1]]]])
    found = np.array([[True, False, True, False], [True, True, True, False]])
    (row,) = compare_with_first(counts, found).to_dict("records")
    assert (row["difference"], row["error_reduction"]) == (25, 50)
    assert (row["gained"], row["lost"], row["p_mcnemar"]) == (1, 0, 1.0)
    assert row["p_holm"] == row["p"]


def test_a_perfect_first_system_leaves_no_error_to_reduce() -> None:
    counts = np.array([[[[1, 1, 1]]], [[[1, 1, 0]]]])
    (row,) = compare_with_first(counts).to_dict("records")
    assert np.isnan(row["error_reduction"])
    assert "p_mcnemar" not in row
