import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.errors import InputError
from ner.evaluation.entity_tables import type_table
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.predictions_file import read_predictions
from ner.evaluation.report_files import write_report
from ner.evaluation.scores import Evaluation, compare, evaluate
from ner.evaluation.terminal_summary import format_confidence, format_summary
from ner.tagging.tagger import Tagger
from tests.evaluation.test_entity_errors import evaluation, flat_entities


def entity(start: int, end: int, label: str) -> Entity:
    return Entity(start, end, label, "字" * (end - start))


GOLD = [
    Sentence("字" * 10, (entity(0, 3, "PER"), entity(3, 5, "PER"), entity(7, 9, "LOC"))),
    Sentence("字 字字", (entity(2, 4, "ORG"),)),
    Sentence("字", ()),
]
PREDICTED = [[entity(0, 3, "PER"), entity(3, 6, "PER"), entity(7, 9, "ORG")], [entity(2, 4, "ORG")], []]


def report(evaluation: Evaluation) -> Report:
    return Report(evaluation, Background(Split("test.txt", [*evaluation.sentences]), "model"))


def test_scores_counted_by_hand() -> None:
    scores = compare(GOLD, PREDICTED, ["LOC", "ORG", "PER"]).scores
    assert (scores.gold_chunks, scores.predicted_chunks, scores.correct_chunks) == (4, 4, 2)
    assert (scores.precision, scores.recall, scores.f1) == (50.0, 50.0, 50.0)
    assert (scores.types["PER"].correct_chunks, scores.types["LOC"].correct_chunks) == (1, 0)
    assert scores.tokens == 15


@given(st.lists(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["", "PER", "LOC"])), max_size=8), min_size=1))
def test_strict_scores_are_those_of_conlleval_as_all_tags_are_well_formed(
    shapes: list[list[tuple[int, str]]],
) -> None:
    sentences = []
    for shape in shapes:
        position, entities = 0, []
        for size, label in shape:
            if label:
                entities.append(entity(position, position + size, label))
            position += size
        sentences.append(Sentence("字" * position, tuple(entities)))
    predicted = [
        [*sentence.entities[:-1:2], *(replace(entity, label="LOC") for entity in sentence.entities[-1:])]
        for sentence in sentences
    ]
    evaluation = compare(sentences, predicted, ["LOC", "PER"])
    scores = evaluation.scores
    assert [*evaluation.strict.values()] == pytest.approx([scores.precision, scores.recall, scores.f1])


def test_gold_that_cannot_be_found_is_counted_and_shown() -> None:
    sentence = Sentence("字" * 8, (entity(0, 6, "ORG"), entity(0, 2, "LOC"), entity(7, 8, "GPE")))
    evaluation = compare([sentence], [[entity(0, 6, "ORG")]], ["LOC", "ORG"])
    assert (evaluation.overlapping, evaluation.unknown_types) == (1, 1)
    assert evaluation.scores.recall == 50.0  # GPE is missed, not left out
    text = format_summary(evaluation)
    assert "1 gold entities overlap longer entities; the model can't predict both" in text
    assert "1 gold entities have a type that the model doesn't know" in text


def test_without_predictions_there_is_no_table_by_score() -> None:
    nothing = compare(GOLD, [[] for _ in GOLD], ["PER"])
    assert format_confidence(nothing) == "the predictions have no scores, so there are no tables by score"
    scored = compare([Sentence("字")], [[Entity(0, 1, "PER", "字", 0.5)]], ["PER"])
    assert format_confidence(scored).startswith("share of correct entities, by score:")


def test_as_many_predictions_as_sentences() -> None:
    with pytest.raises(ValueError, match="expected `predicted` to have 3 lists, one per sentence, got 1"):
        compare(GOLD, PREDICTED[:1], ["PER"])


def test_a_model_that_knows_the_corpus_by_heart_scores_full_marks(tagger: Tagger, corpus: Corpus) -> None:
    assert corpus.test is not None
    assert evaluate(tagger, corpus.test.sentences).scores.f1 == 100.0


def test_reports_hold_the_same_numbers(tmp_path: Path) -> None:
    evaluation = compare(GOLD, PREDICTED, ["LOC", "ORG", "PER"])
    write_report(report(evaluation), tmp_path / "report")
    scores = json.loads((tmp_path / "report" / "scores.json").read_text(encoding="utf-8"))
    assert scores["conlleval"]["f1"] == scores["seqeval_strict"]["f1"] == 50.0
    assert scores["unreachable"] == {"overlapping": 0, "unknown_types": 0}
    table = pd.read_csv(tmp_path / "report" / "types.csv").set_index("type")
    assert table.loc["PER"].to_dict() == {
        "gold": 2.0, "predicted": 2.0, "correct": 1.0, "precision": 50.0, "recall": 50.0, "f1": 50.0
    }  # fmt: skip
    assert list(type_table(evaluation)["type"]) == ["LOC", "ORG", "PER"]


def test_predictions_are_what_conlleval_reads(tmp_path: Path) -> None:
    """The space among the characters must not shift the columns."""
    evaluation = compare(GOLD, PREDICTED, ["LOC", "ORG", "PER"])
    write_report(report(evaluation), tmp_path)
    predictions = (tmp_path / "predictions.txt").read_bytes()
    command = subprocess.run([sys.executable, "-m", "conlleval"], input=predictions, capture_output=True, check=True)
    assert command.stdout.decode() in format_summary(evaluation) + "\n"
    assert "␣ O O" in predictions.decode()


def test_predictions_can_be_read_whatever_types_and_characters_are(tmp_path: Path) -> None:
    """White space parts columns, a U+FEFF at the beginning is taken for a byte order mark, and NUL is refused."""
    types = ["A B", "A\u3000B", "A_B", "A\tB"]
    text = "\ufeff好\ufeff 坏\0\u3000字"
    gold = tuple(Entity(i, i + 1, type_, text[i]) for i, type_ in enumerate([*types, *types]))
    sentences = [Sentence(text, gold, "a", 1)]
    predicted = [[*gold[:3], Entity(4, 5, "A_B", text[4]), *gold[6:]]]
    evaluation = compare(sentences, predicted, types)
    write_report(report(evaluation), tmp_path)
    path = tmp_path / "predictions.txt"
    command = [sys.executable, "-m", "conlleval", "--json"]
    scored = subprocess.run(command, input=path.read_bytes(), capture_output=True, check=True)
    split, again, _ = read_predictions(path)
    assert split.sentences[0].text == "\ufffd好\ufffd␣坏␀␣字"
    errors = (tmp_path / "errors.csv").read_text(encoding="utf-8")
    assert "坏␀" in errors
    assert "\0" not in errors
    expected = evaluation.scores.to_dict()
    for scores in (json.loads(scored.stdout), again.scores.to_dict()):
        found = scores.pop("types")
        assert scores == {name: value for name, value in expected.items() if name != "types"}
        assert {"A_B", "A_B_", "A_B__", "A_B___"} == found.keys()
        assert found["A_B"] == evaluation.scores.types["A_B"].to_dict()  # what can be written stays


def test_the_counts_of_sentences_are_those_of_the_whole(tmp_path: Path) -> None:
    evaluation = compare(GOLD, PREDICTED, ["LOC", "ORG", "PER"])
    write_report(report(evaluation), tmp_path)
    table = pd.read_csv(tmp_path / "sentences.csv")
    assert table.to_dict("list") == {"gold": [3, 1, 0], "predicted": [3, 1, 0], "correct": [1, 1, 0]}


def test_tagging_is_timed(tagger: Tagger, corpus: Corpus) -> None:
    evaluation = evaluate(tagger, corpus.dev.sentences)
    assert evaluation.seconds is not None
    assert evaluation.characters_a_second == pytest.approx(64 / evaluation.seconds)
    assert evaluation.to_dict()["characters_a_second"] == round(64 / evaluation.seconds)
    assert compare(GOLD, PREDICTED, ["PER"]).to_dict()["characters_a_second"] is None


@given(flat_entities(), flat_entities())
def test_strict_scores_are_those_of_seqeval(gold: list[Entity], predicted: list[Entity]) -> None:
    from seqeval.metrics.v1 import precision_recall_fscore_support
    from seqeval.scheme import IOB2

    result = evaluation(gold, predicted)
    numbers = precision_recall_fscore_support(
        result.gold, result.predicted, average="micro", scheme=IOB2, zero_division=0
    )[:3]
    assert [*result.strict.values()] == [100 * number for number in numbers]


def test_a_report_from_python_replaces_nobodys_files_and_compares_evaluations(tmp_path: Path) -> None:
    evaluation = compare(GOLD, PREDICTED, ["LOC", "ORG", "PER"])
    (tmp_path / "types.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"holds other files \(types\.csv\): `folder` takes a new or empty folder, or a rep"
    ):
        evaluation.write_report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["types.csv"]
    evaluation.write_report(tmp_path / "report")
    evaluation.write_report(tmp_path / "report")
    with pytest.raises(InputError, match="expected `other` to be an evaluation, got None"):
        evaluation.compare(None)  # type: ignore[arg-type]
