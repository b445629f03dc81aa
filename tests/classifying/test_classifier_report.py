import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ner.classifying.classification_scores import ClassificationScores
from ner.classifying.classifier_report import (
    check_classifier_report_folder,
    confident_errors,
    likely_wrong_labels,
    write_classifier_report,
)
from ner.classifying.labelled_text import LabelledText
from ner.errors import InputError


@pytest.fixture
def scores() -> ClassificationScores:
    gold = ["a", "a", "b", "b", "a"]
    texts = [LabelledText(f"<b>{at}</b>", (own,), None, "f.csv", at + 2) for at, own in enumerate(gold)]
    sure = np.array([0.9, 0.8, 0.1, 0.4, 0.02])  # of a
    return ClassificationScores(texts, ["a", "b"], np.stack([sure, 1 - sure], axis=1), multi_label=False)


def test_errors_and_labels_that_are_likely_wrong(scores: ClassificationScores) -> None:
    assert [error.place for error in confident_errors(scores)] == ["f.csv:6"]
    (wrong,) = likely_wrong_labels(scores)  # 0.98 for b, which texts with b have with 0.75 on average
    assert (wrong.gold, wrong.predicted, round(wrong.gold_score, 2)) == ("a", "b", 0.02)


def test_a_sure_error_is_no_wrong_label_if_the_classifier_is_always_surer(scores: ClassificationScores) -> None:
    scores.probabilities[2:4] = [[0.001, 0.999], [0.001, 0.999]]
    assert likely_wrong_labels(scores) == []


def test_files(scores: ClassificationScores, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    check_classifier_report_folder(folder, "report")
    write_classifier_report(scores, folder, "my-<model>", "data")
    write_classifier_report(scores, folder, "my-<model>", "data")  # replaces its own
    check_classifier_report_folder(folder, "report")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "80.00" in page
    assert "&lt;b&gt;4&lt;/b&gt;" in page
    assert "<b>4</b>" not in page
    assert "Likely wrong labels: 1" in page
    assert json.loads((folder / "scores.json").read_text(encoding="utf-8"))["accuracy"] == 80.0
    assert pd.read_csv(folder / "confusion.csv").to_numpy().tolist() == [["a", "b", 1]]
    assert len(pd.read_csv(folder / "predictions.csv")) == 5
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="holds other files"):
        check_classifier_report_folder(other, "report")
