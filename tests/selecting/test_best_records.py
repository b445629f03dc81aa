from collections import Counter

import numpy as np
import pytest

from ner.records.record import Record
from ner.selecting.best_records import BestRecords


def offer(most: int, *scored: tuple[str, float]) -> list[tuple[str, float]]:
    best = BestRecords(most)
    for text, score in scored:
        best.offer(Record("", 1, text), score)
    return [(one.record.text, one.score) for one in best]


def test_the_highest_scores_are_kept_in_order() -> None:
    assert offer(2, ("a", 1.0), ("b", 3.0), ("c", 2.0), ("d", 0.5)) == [("b", 3.0), ("c", 2.0)]


def test_of_equal_scores_the_earlier_is_kept() -> None:
    assert offer(2, ("a", 1.0), ("b", 1.0), ("c", 1.0)) == [("a", 1.0), ("b", 1.0)]


def test_a_text_is_kept_once_and_can_come_back() -> None:
    assert offer(2, ("a", 1.0), ("a", 9.0), ("b", 2.0)) == [("b", 2.0), ("a", 1.0)]
    assert offer(1, ("a", 1.0), ("b", 2.0), ("a", 3.0)) == [("a", 3.0)]


def test_nothing_is_kept_of_nothing() -> None:
    assert offer(0, ("a", 1.0)) == []


def test_random_scores_make_a_uniform_sample() -> None:
    random = np.random.default_rng(0)
    counts: Counter[str] = Counter()
    for _ in range(2000):
        counts.update(text for text, _ in offer(3, *((text, random.random()) for text in "abcdef")))
    assert [counts[text] / 2000 for text in "abcdef"] == pytest.approx([0.5] * 6, abs=0.05)
