import pytest
from hypothesis import given

from ner.data.entities import Entity, Sentence
from ner.evaluation.partial_credit import partial_credit_table
from ner.evaluation.scores import compare
from tests.evaluation.test_entity_errors import entity, evaluation, flat_entities

pytest.importorskip("nervaluate", reason="needs Python 3.11")


def test_measures_counted_by_hand() -> None:
    """One right, one with another type, one too short, one missed, one invented."""
    gold = [entity(0, 2), entity(2, 4), entity(4, 7), entity(8, 9)]
    predicted = [entity(0, 2), entity(2, 4, "LOC"), entity(5, 7), entity(10, 11)]
    table = partial_credit_table(evaluation(gold, predicted))
    assert table is not None
    rows = {row[0]: row[1:] for row in table.itertuples(index=False, name=None)}
    assert rows == {
        "strict": (1, 2, 0, 1, 1, 25, 25, 25),
        "exact": (2, 1, 0, 1, 1, 50, 50, 50),
        "partial": (2, 0, 1, 1, 1, 62.5, 62.5, 62.5),
        "type": (2, 1, 0, 1, 1, 50, 50, 50),
    }


@given(flat_entities(), flat_entities())
def test_strict_is_conlleval(gold: list[Entity], predicted: list[Entity]) -> None:
    result = evaluation(gold, predicted)
    table = partial_credit_table(result)
    assert table is not None
    row = table.set_index("measure").loc["strict"]
    assert row["correct"] == result.scores.correct_chunks
    assert row["f1"] == pytest.approx(result.scores.f1, abs=0.01)


def test_no_entities() -> None:
    none = partial_credit_table(compare([Sentence("好")], [[]], ["PER"]))
    assert none is not None
    assert none["f1"].tolist() == [0, 0, 0, 0]
    assert none[["precision", "recall", "f1"]].dtypes.tolist() == [float] * 3  # rates, not counts


@given(flat_entities(), flat_entities())
def test_groups_of_entities_add_up_to_what_nervaluate_counts(gold: list[Entity], predicted: list[Entity]) -> None:
    from nervaluate import Evaluator

    result = evaluation(gold, predicted)
    table = partial_credit_table(result)
    assert table is not None
    sides = [
        [[{"label": e.label, "start": e.start, "end": e.end - 1} for e in entities]] for entities in (gold, predicted)
    ]
    whole = Evaluator(*sides, tags=[*result.scores.types], loader="dict").evaluate()["overall"]
    for measure, key in (("strict", "strict"), ("exact", "exact"), ("partial", "partial"), ("type", "ent_type")):
        row = table.set_index("measure").loc[measure]
        for outcome in ("correct", "incorrect", "partial", "missed", "spurious"):
            assert row[outcome] == getattr(whole[key], outcome)
        assert row["f1"] == pytest.approx(100 * whole[key].f1, abs=0.01)
