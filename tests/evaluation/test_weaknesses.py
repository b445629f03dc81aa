import pytest

from ner.characters.character_table import CharacterTable
from ner.data.entities import Entity, Sentence
from ner.evaluation import weaknesses as weak
from ner.evaluation.entity_tables import entity_table
from ner.evaluation.error_tables import train_forms
from ner.evaluation.scores import Evaluation, compare

TEXTS = ["王小明去北京大学", "好", "李去上海"]
GOLD = [[(0, 3, "PER"), (4, 8, "ORG")], [], [(0, 1, "PER"), (2, 4, "LOC")]]
PREDICTED = [[(0, 3, "PER"), (4, 6, "LOC")], [(0, 1, "PER")], [(2, 4, "LOC")]]


def entities(text: str, spans: list[tuple[int, int, str]]) -> tuple[Entity, ...]:
    return tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans)


@pytest.fixture
def evaluation() -> Evaluation:
    sentences = [
        Sentence(text, entities(text, spans), path, 1, document)
        for text, spans, path, document in zip(TEXTS, GOLD, ["a", "a", "b"], ["1", "2", "2"], strict=True)
    ]
    predicted = [entities(text, spans) for text, spans in zip(TEXTS, PREDICTED, strict=True)]
    return compare(sentences, predicted, ["LOC", "ORG", "PER"])


def counts(table: object) -> dict[str, tuple[int, int, int]]:
    """Gold, predicted and correct entities of each group."""
    return {row[0]: row[1:4] for row in table.itertuples(index=False, name=None)}  # type: ignore[attr-defined]


def test_by_entity_length(evaluation: Evaluation) -> None:
    table = weak.by_entity_length(entity_table(evaluation))
    assert counts(table) == {"1": (1, 1, 0), "2": (1, 2, 1), "3": (1, 1, 1), "4": (1, 0, 0)}
    assert list(table["f1"]) == [0, pytest.approx(66.67), 100, 0]


def test_by_sentence_length(evaluation: Evaluation) -> None:
    long = compare([Sentence("长" * 200, entities("长" * 200, [(0, 1, "X")]))], [[]], ["X"])
    table = weak.by_sentence_length(entity_table(evaluation), evaluation.sentences)
    assert counts(table) == {"1 to 10": (4, 4, 2)}
    assert counts(weak.by_sentence_length(entity_table(long), long.sentences)) == {"161 or more": (1, 0, 0)}


def test_by_density_and_what_has_no_gold_has_no_f1(evaluation: Evaluation) -> None:
    table = weak.by_density(entity_table(evaluation), evaluation)
    assert counts(table) == {"none": (0, 1, 0), "over 40%": (4, 3, 2)}
    assert table["f1"].isna().tolist() == table["recall"].isna().tolist() == [True, False]
    assert table["precision"].tolist() == [0, pytest.approx(66.67)]


def test_by_what_train_has(evaluation: Evaluation) -> None:
    labelled = [("王小明", "PER"), ("北京", "ORG")]
    train = [Sentence(form, entities(form, [(0, len(form), label)])) for form, label in labelled]
    table = weak.group_by_seen(entity_table(evaluation), train_forms(train))
    assert counts(table) == {
        "under this type": (1, 1, 1),
        "under other types only": (0, 1, 0),
        "not at all": (3, 2, 1),
    }


def test_by_how_often_train_has_it(evaluation: Evaluation) -> None:
    train = [Sentence("王小明", entities("王小明", [(0, 3, "PER")]))] * 3 + [
        Sentence("北京", entities("北京", [(0, 2, "ORG")]))
    ]
    found = counts(weak.by_frequency(entity_table(evaluation), train_forms(train)))
    assert found["2 to 4"] == (1, 1, 1)
    assert {*found} == {"0", "2 to 4"}  # 北京 is found as another type than that of train
    assert [sum(row[column] for row in found.values()) for column in range(3)] == [4, 4, 2]


def test_by_unknown_characters(evaluation: Evaluation) -> None:
    known = {character: i for i, character in enumerate("王小明去北京大学好李", 4)}
    table = CharacterTable.from_vocabulary(known, {"pad": 0, "unk": 1, "cls": 2, "sep": 3})
    found = weak.by_unknown_characters(entity_table(evaluation), evaluation.sentences, table)
    assert counts(found) == {
        "in the entity": (1, 1, 1),
        "elsewhere in the sentence": (1, 0, 0),
        "none": (2, 3, 1),
    }


def test_by_document_and_file_the_worst_first(evaluation: Evaluation) -> None:
    rows, sentences = entity_table(evaluation), evaluation.sentences
    documents = weak.by_source(rows, sentences, lambda sentence: sentence.document, "document")
    assert counts(documents) == {"1": (2, 2, 1), "2": (2, 2, 1)}
    files = weak.by_source(rows, sentences, lambda sentence: sentence.path, "file")
    assert list(counts(files).items()) == [("a", (2, 3, 1)), ("b", (2, 1, 1))]


def test_groups_add_up(evaluation: Evaluation) -> None:
    rows = entity_table(evaluation)
    scores = evaluation.scores
    for table in (weak.by_entity_length(rows), weak.by_density(rows, evaluation), weak.group_by_seen(rows, {})):
        assert table[["gold", "predicted", "correct"]].sum().tolist() == [
            scores.gold_chunks, scores.predicted_chunks, scores.correct_chunks
        ]  # fmt: skip
