from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Entity, Sentence
from ner.evaluation.entity_errors import KINDS, EntityError, find_errors, pair_entities
from ner.evaluation.entity_tables import entity_table
from ner.evaluation.error_tables import (
    confusion_table,
    doubtful_gold,
    error_list,
    error_table,
    form_table,
    least_certain_first,
)
from ner.evaluation.scores import Evaluation, compare

TEXT = "零一二三四五六七八九十百"


def entity(start: int, end: int, label: str = "PER", score: float | None = None) -> Entity:
    return Entity(start, end, label, TEXT[start:end], score)


def evaluation(gold: list[Entity], predicted: list[Entity]) -> Evaluation:
    return compare([Sentence(TEXT, tuple(gold), "test.txt", 7)], [predicted], ["LOC", "ORG", "PER"])


@st.composite
def flat_entities(draw: st.DrawFn) -> list[Entity]:
    """Entities of one sentence that don't overlap, in order."""
    cuts = sorted(draw(st.sets(st.integers(0, len(TEXT)))))
    labels = st.sampled_from(["", "PER", "LOC"])
    return [entity(start, end, label) for start, end in pairwise(cuts) if (label := draw(labels))]


@pytest.mark.parametrize(
    ("gold", "predicted", "kind"),
    [
        (entity(2, 5), None, "missed"),
        (None, entity(2, 5), "invented"),
        (entity(2, 5), entity(2, 5, "LOC"), "wrong type"),
        (entity(2, 5), entity(3, 5), "too short"),
        (entity(2, 5), entity(3, 4, "LOC"), "too short"),  # boundaries come before types
        (entity(3, 4), entity(2, 5), "too long"),
        (entity(2, 5), entity(2, 6), "too long"),
        (entity(2, 5), entity(4, 7), "overlapping"),
        (entity(4, 7), entity(2, 5, "LOC"), "overlapping"),
    ],
)
def test_kinds(gold: Entity | None, predicted: Entity | None, kind: str) -> None:
    assert EntityError(0, gold, predicted).kind == kind
    found = find_errors(evaluation([gold] if gold else [], [predicted] if predicted else []))
    assert [(error.gold, error.predicted, error.kind) for error in found] == [(gold, predicted, kind)]


def test_the_likest_are_paired_and_the_rest_is_alone() -> None:
    gold = [entity(0, 6, "ORG"), entity(8, 10)]
    predicted = [entity(0, 2, "LOC"), entity(2, 6, "LOC"), entity(7, 9), entity(9, 12, "ORG")]
    assert set(pair_entities(gold, predicted)) == {
        (gold[0], predicted[1]),
        (gold[1], predicted[2]),
        (None, predicted[0]),
        (None, predicted[3]),
    }


def test_of_two_that_are_as_like_that_of_the_same_type_is_paired() -> None:
    gold, predicted = [entity(2, 6)], [entity(2, 4, "LOC"), entity(4, 6)]
    assert (gold[0], predicted[1]) in [*pair_entities(gold, predicted)]


@given(flat_entities(), flat_entities())
def test_the_counts_add_up(gold: list[Entity], predicted: list[Entity]) -> None:
    result = evaluation(gold, predicted)
    errors = find_errors(result)
    kinds = Counter(error.kind for error in errors)
    paired = sum(kinds[kind] for kind in KINDS if kind not in ("missed", "invented"))
    correct = result.scores.correct_chunks
    assert len(gold) == result.scores.gold_chunks == correct + paired + kinds["missed"]
    assert len(predicted) == result.scores.predicted_chunks == correct + paired + kinds["invented"]
    # Each entity is in one pair at most, and pairs share a character.
    for side in ([error.gold for error in errors], [error.predicted for error in errors]):
        present = [one for one in side if one]
        assert len(present) == len(set(present))
    for error in errors:
        if error.gold and error.predicted:
            assert min(error.gold.end, error.predicted.end) > max(error.gold.start, error.predicted.start)
    # What is missed overlaps nothing that is free, or it would be a pair.
    missed = [error.gold for error in errors if error.kind == "missed" and error.gold]
    invented = [error.predicted for error in errors if error.kind == "invented" and error.predicted]
    assert not any(m.start < i.end and i.start < m.end for m in missed for i in invented)


@given(flat_entities(), flat_entities())
def test_the_tables_add_up(gold: list[Entity], predicted: list[Entity]) -> None:
    result = evaluation(gold, predicted)
    errors = find_errors(result)
    table = error_table(result, errors)
    kinds = [kind for kind in KINDS if kind != "invented"]
    assert (table["gold"] == table["correct"] + table[kinds].sum(axis=1)).all()
    assert table.iloc[0, 1:].tolist() == table.iloc[1:, 1:].sum().tolist()
    assert table.iloc[0][[*KINDS]].sum() == len(errors)
    confusion = confusion_table(result, errors).set_index("gold type")
    assert confusion.to_numpy().trace() == result.scores.correct_chunks
    wrong_types = sum(error.kind == "wrong type" for error in errors)
    assert confusion.to_numpy().sum() == result.scores.correct_chunks + wrong_types
    forms = Counter(error.entity.text for error in errors)
    assert form_table(entity_table(result), errors)["errors"].sum() == sum(n for n in forms.values() if n > 1)


def test_the_confusion_is_from_gold_to_predicted() -> None:
    result = evaluation([entity(0, 2, "ORG")], [entity(0, 2, "LOC")])
    table = confusion_table(result, find_errors(result)).set_index("gold type")
    assert table.loc["ORG", "LOC"] == 1
    assert table.loc["LOC", "ORG"] == 0


def test_forms_with_their_errors_and_how_often_they_are_right() -> None:
    sentence = Sentence("王王王王", tuple(Entity(i, i + 1, "PER", "王") for i in range(3)))
    predicted = [Entity(0, 1, "PER", "王"), Entity(1, 2, "LOC", "王"), Entity(3, 4, "PER", "王")]
    result = compare([sentence], [predicted], ["LOC", "PER"])
    (row,) = form_table(entity_table(result), find_errors(result)).to_dict("records")
    assert row == {
        "form": "王", "types": "LOC, PER", "errors": 3, "wrong type": 1, "too short": 0, "too long": 0,
        "overlapping": 0, "missed": 1, "invented": 1, "correct": 1,
    }  # fmt: skip


def test_the_least_certain_come_first_and_confident_ones_are_doubts_about_gold() -> None:
    gold = [entity(0, 2), entity(4, 6), entity(8, 10)]
    predicted = [entity(0, 2, "LOC", 0.99), entity(4, 7, "PER", 0.3), entity(10, 12, "ORG", 0.96)]
    errors = find_errors(evaluation(gold, predicted))
    assert [error.score for error in least_certain_first(errors)] == [0.3, 0.96, 0.99, None]
    assert [error.score for error in doubtful_gold(errors)] == [0.99, 0.96]


def test_errors_one_by_one() -> None:
    result = evaluation([entity(0, 2)], [entity(1, 2, "LOC", 0.5), entity(3, 4, "ORG", 0.75)])
    first, second = error_list(result.sentences, find_errors(result)).to_dict("records")
    assert (first["path"], first["line"], first["kind"], first["context"]) == ("test.txt", 7, "too short", TEXT)
    assert (first["gold_type"], first["gold_start"], first["gold_end"], first["gold_text"]) == ("PER", 0, 2, "零一")
    assert (first["predicted_type"], first["predicted_start"], first["score"]) == ("LOC", 1, 0.5)
    assert (second["kind"], second["predicted_text"]) == ("invented", "三")


def test_errors_of_a_long_text_have_its_part_around_them() -> None:
    """A row for each error must not hold the whole text, or the file grows with errors times length."""
    text = "".join(chr(0x4E00 + i) for i in range(20_000))
    gold = [Entity(i, i + 1, "PER", text[i]) for i in range(10, 20_000, 10)]
    result = compare([Sentence(text, tuple(gold))], [[]], ["PER"])
    table = error_list(result.sentences, find_errors(result))
    assert len(table) == 1999
    assert table["context"].str.len().max() < 300
    middle = table[table["gold_start"] == 10_000]["context"].item()
    assert middle == f"...{text[9960:10_041]}..."
    assert table.iloc[0]["context"] == f"{text[:51]}..."


def test_many_entities_in_one_sentence_are_paired_in_no_time() -> None:
    text = "字" * 60_000
    gold = [Entity(i, i + 2, "PER", "字字") for i in range(0, 60_000, 3)]
    predicted = [Entity(i, i + 1, "PER", "字") for i in range(0, 60_000, 3)]
    result = compare([Sentence(text, tuple(gold))], [predicted], ["PER"])
    assert Counter(error.kind for error in find_errors(result)) == {"too short": 20_000}
