import pytest

from ner.data.entities import Entity, Sentence
from ner.evaluation.confidence import calibration_error, reliability_table, threshold_table
from ner.evaluation.scores import Evaluation, compare

TEXT = "王来李去张"


def evaluation(scores: list[float], correct: list[bool]) -> Evaluation:
    """One predicted entity of one character a sentence, with these scores; each sentence has one in gold."""
    sentences = [Sentence(TEXT, (Entity(0, 1, "PER", "王"),)) for _ in scores]
    predicted = [
        [Entity(0, 1, "PER" if right else "LOC", "王", score)] for score, right in zip(scores, correct, strict=True)
    ]
    return compare(sentences, predicted, ["LOC", "PER"])


def test_reliability_by_score() -> None:
    scored = evaluation([0.2, 0.55, 0.55, 0.9, 0.99, 1.0], [False, True, False, True, True, True]).entity_scores
    table = reliability_table(scored)
    assert list(table["scores"]) == ["0 to 0.5", "0.5 to 0.6", "0.9 to 0.95", "0.99 to 1"]
    assert list(table["entities"]) == [1, 2, 1, 2]
    assert list(table["mean_score"]) == pytest.approx([0.2, 0.55, 0.9, 0.995])
    assert list(table["correct"]) == pytest.approx([0, 0.5, 1, 1])
    assert calibration_error(scored) == pytest.approx((0.2 + 2 * 0.05 + 0.1 + 2 * 0.005) / 6)


def test_what_a_threshold_leaves() -> None:
    table = threshold_table(evaluation([0.4, 0.6, 0.96], [False, True, True]).entity_scores, gold=3).set_index(
        "min_score"
    )
    assert list(table.loc[0.0]) == pytest.approx([3, 66.67, 66.67, 66.67])
    assert list(table.loc[0.5]) == pytest.approx([2, 100, 66.67, 80])
    assert list(table.loc[0.95]) == pytest.approx([1, 100, 33.33, 50])
    assert list(table.loc[0.99]) == [0, 0, 0, 0]


def test_no_entities_and_entities_without_scores() -> None:
    nothing = compare([Sentence(TEXT)], [[]], ["PER"])
    assert calibration_error(nothing.entity_scores) == 0
    assert list(threshold_table(nothing.entity_scores, gold=0)["f1"].unique()) == [0]
    unscored = compare([Sentence(TEXT)], [[Entity(0, 1, "PER", "王")]], ["PER"])
    assert len(unscored.entity_scores) == 0
