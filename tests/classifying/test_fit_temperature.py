from typing import Any

import numpy as np
import pytest

from ner.classifying.fit_temperature import fit_temperature
from ner.classifying.labelled_text import LabelledSplit, LabelledText


class Fixed:
    """A classifier of two labels whose scores are given."""

    labels = ("a", "b")

    def __init__(self, scores: list[float], *, multi_label: bool = False) -> None:
        self.multi_label = multi_label
        self._scores = np.array([[score, 0.0] for score in scores])

    def scores(self, contents: list[Any]) -> Any:
        return self._scores[: len(contents)]


def dev(labels: str) -> LabelledSplit:
    return LabelledSplit("dev", "dev", [LabelledText("x", (label,)) for label in labels])


def fitted(scores: list[float], labels: str, **more: bool) -> float:
    return fit_temperature(Fixed(scores, **more), dev(labels))  # type: ignore[arg-type]


def test_the_mean_probability_becomes_the_share_of_right_predictions() -> None:
    labels = "aaab" * 100  # 75% right
    temperature = fitted([4.0] * 400, labels)
    assert 1 / (1 + np.exp(-4 / temperature)) == pytest.approx(0.75, abs=0.01)
    assert temperature > 3  # it was too sure
    assert fitted([0.5] * 400, labels) < 1  # it was not sure enough


def test_a_few_texts_without_a_mistake_do_not_make_it_certain() -> None:
    assert fitted([1.0] * 4, "aaaa") > 0.2


def test_labels_that_it_does_not_know_are_left_out() -> None:
    assert fitted([1.0], "z") == 1.0
    assert fitted([2.0, 2.0], "az") == fitted([2.0], "a")


def test_several_labels_at_once() -> None:
    temperature = fitted([4.0] * 400, "aaab" * 100, multi_label=True)
    assert temperature > 1
