import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conlleval
from ner.data.entities import Entity
from ner.data.schemes import SCHEMES, Scheme, entities_to_tags
from ner.errors import InputError
from ner.evaluation.predictions_file import read_predictions
from tests.evaluation.test_entity_errors import TEXT, flat_entities


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "predictions.txt"
    path.write_text(content, encoding="utf-8")
    return path


def refused(tmp_path: Path, content: str) -> str:
    with pytest.raises(InputError) as caught:
        read_predictions(written(tmp_path, content))
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_gold_and_predicted_are_the_last_two_columns(tmp_path: Path) -> None:
    content = "王 nr x B-PER B-PER\n明 nr x I-PER O\n\n# a comment\n北\tns\tx\tB-LOC\tB-LOC\n京\tns\tx\tI-LOC\tI-LOC\n"
    split, evaluation, notes = read_predictions(written(tmp_path, content))
    assert [(s.text, s.line) for s in split.sentences] == [("王明", 1), ("北京", 5)]
    assert split.sentences[0].entities == (Entity(0, 2, "PER", "王明"),)
    assert evaluation.entities[0] == (Entity(0, 1, "PER", "王"),)
    assert (evaluation.scores.gold_chunks, evaluation.scores.correct_chunks, notes) == (2, 1, [])


# IO can't tell adjacent entities of one type apart.
_EXACT = [scheme for scheme in SCHEMES.values() if scheme.name != "IO"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gold=flat_entities(), predicted=flat_entities(), schemes=st.tuples(st.sampled_from(_EXACT), st.sampled_from(_EXACT))
)
def test_any_two_schemes_score_as_conlleval_scores_bio(
    tmp_path: Path, gold: list[Entity], predicted: list[Entity], schemes: tuple[Scheme, Scheme]
) -> None:
    bio = [entities_to_tags(found, len(TEXT), SCHEMES["BIO"]) for found in (gold, predicted)]
    written_tags = [
        entities_to_tags(found, len(TEXT), scheme) for found, scheme in zip((gold, predicted), schemes, strict=True)
    ]
    lines = [" ".join(line) for line in zip(TEXT, *written_tags, strict=True)]
    _, evaluation, _ = read_predictions(written(tmp_path, "\n".join(lines) + "\n"))
    assert evaluation.scores == conlleval.evaluate(bio[:1], bio[1:])


def test_words_become_characters_with_the_same_entities(tmp_path: Path) -> None:
    content = "王小明 B-PER B-PER\n去 O O\n北京 B-ORG B-LOC\n大学 I-ORG O\n"
    split, evaluation, _ = read_predictions(written(tmp_path, content))
    assert split.sentences[0].text == "王小明去北京大学"
    assert split.sentences[0].entities[1] == Entity(4, 8, "ORG", "北京大学")
    assert evaluation.entities[0][1] == Entity(4, 6, "LOC", "北京")
    tags = [line.split()[1:] for line in content.splitlines()]
    scores = conlleval.evaluate([[gold for gold, _ in tags]], [[predicted for _, predicted in tags]])
    assert evaluation.scores.types == scores.types


def test_documents_are_known(tmp_path: Path) -> None:
    content = "-DOCSTART- O O\n\n王 B-PER O\n\n-DOCSTART- O O\n\n李 B-PER B-PER\n"
    split, _, _ = read_predictions(written(tmp_path, content))
    assert [sentence.document for sentence in split.sentences] == ["predictions-1", "predictions-2"]


def test_repairs_say_which_column(tmp_path: Path) -> None:
    _, evaluation, notes = read_predictions(written(tmp_path, "王 B-PER O\n明 I-PER I-PER\n来 O B-LOC\n去 O O\n"))
    assert len(notes) == 1
    assert notes[0].startswith("predicted column: ")
    assert evaluation.scores.predicted_chunks == 2


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    message = refused(tmp_path, "王 B-PER B-PER\n明 X-PER I-PER\n来 O Y-LOC\n去 O\n")
    assert re.findall(r"^predictions\.txt:(\d+): ", message, re.MULTILINE) == ["2", "3", "4"]


def test_two_columns_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "# a comment\n王 B-PER\n") == (
        "predictions.txt:2: expected three or more columns, the last two with gold and predicted tags, got two; "
        "if gold is in a file of its own, give that as `gold`"
    )


def test_no_sentences_and_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path, "\n") == (
        "predictions.txt has no sentences: expected a token, its gold tag and its predicted tag on each line"
    )
    with pytest.raises(InputError, match="nothing"):
        read_predictions(tmp_path / "nothing.txt")


@pytest.mark.parametrize("tags", ["? O", "O ?"])
def test_unknown_tags_are_refused(tmp_path: Path, tags: str) -> None:
    message = refused(tmp_path, f"王 O O\n\n在 {tags}\n来 O O\n")
    assert message.startswith("predictions.txt:3: the sentence has characters with the tag ?, 1 in 1 sentence in all")
