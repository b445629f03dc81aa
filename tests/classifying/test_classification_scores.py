import warnings

import numpy as np
import pytest
from sklearn.metrics import f1_score

from ner.classifying.classification_scores import ClassificationScores, format_scores
from ner.classifying.labelled_text import LabelledText


def scores_of(gold: list[str], probabilities: list[list[float]], labels: str = "abc") -> ClassificationScores:
    texts = [LabelledText(f"text {at}", tuple(own), None, "f", at) for at, own in enumerate(gold)]
    return ClassificationScores(texts, [*labels], np.array(probabilities), multi_label=False)


def test_counted_by_hand() -> None:
    found = scores_of(["a", "a", "b", "c"], [[0.9, 0.1, 0], [0.2, 0.8, 0], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]])
    assert found.accuracy == 75.0
    assert found.macro_f1 == pytest.approx((200 / 3 + 200 / 3 + 100) / 3)
    assert found.micro_f1 == 75.0
    assert found.confusion is not None
    assert found.confusion.to_numpy().tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert found.per_label["texts"].tolist() == [2, 1, 1]
    low, high = found.interval
    assert low < 75 < high
    # two bins: 0.6 to 0.7 has one prediction of 0.6, right; 0.7, 0.8 (wrong) and 0.9
    assert found.calibration_error == pytest.approx((0.4 + 0.3 + 0.8 + 0.1) / 4)


def test_macro_f1_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    gold = random.choice([*"abc"], size=60).tolist()
    probabilities = random.dirichlet([1, 1, 1], size=60)
    predicted = [*np.array([*"abc"])[probabilities.argmax(axis=1)]]
    found = scores_of(gold, probabilities.tolist())
    assert found.macro_f1 == pytest.approx(100 * f1_score(gold, predicted, average="macro"))
    low, high = found.macro_f1_interval
    assert low < found.macro_f1 < high


def test_labels_that_the_classifier_does_not_know_are_errors() -> None:
    found = scores_of(["a", "z"], [[0.9, 0.1], [0.6, 0.4]], labels="ab")
    assert found.accuracy == 50.0
    assert found.unknown == ["z"]
    assert found.per_label.set_index("label")["recall"]["z"] == 0.0
    assert found.roc_auc is not None


def test_several_labels_at_once() -> None:
    texts = [LabelledText("x", own) for own in [("a", "b"), (), ("b",)]]
    found = ClassificationScores(texts, ["a", "b"], np.array([[0.9, 0.8], [0.1, 0.6], [0.2, 0.3]]), multi_label=True)
    assert found.accuracy == pytest.approx(100 / 3)  # all labels of a text right
    assert found.micro_f1 == pytest.approx(200 * 2 / (3 + 3))
    assert (found.mcc, found.confusion) == (None, None)
    assert "micro F1 66.67" in format_scores(found)


def test_one_text_is_enough() -> None:
    found = scores_of(["a"], [[0.6, 0.3, 0.1]])
    assert found.roc_auc is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # they would be shown with a path of scikit-learn
        assert (found.to_dict()["accuracy"], found.mcc) == (100.0, 0.0)
    assert "ROC AUC" not in format_scores(found)
