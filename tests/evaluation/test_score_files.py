import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ner.data.corpus import CorpusError
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.evaluation.score_files import score_files

GOLD = "王 B-PER\n去 O\n北 B-LOC\n京 I-LOC\n\n李 B-PER\n来 O\n"
JSON = (
    '{"text": "王去北京", "entities": [[2, 4, "LOC"], [2, 3, "PER"]]}\n'
    '{"text": "", "entities": []}\n{"text": "李来", "entities": []}\n'
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("gold.txt").write_text(GOLD, encoding="utf-8")
    Path("bmes.txt").write_text(GOLD.replace("B-PER", "S-PER").replace("I-LOC", "E-LOC"), encoding="utf-8")
    Path("found.jsonl").write_text(JSON, encoding="utf-8")
    return tmp_path


def test_files_of_several_tools_beside_gold(place: Path) -> None:
    reports, notes = score_files(["bmes.txt", "found.jsonl"], "gold.txt")
    assert {name: report.evaluation.f1 for name, report in reports.items()} == {"bmes.txt": 100, "found.jsonl": 50}
    assert notes == ["found.jsonl: 1 predicted entities overlap longer ones and are left out"]


def test_standard_input_is_recognised_by_its_content(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(JSON.encode())))
    assert score_files(["-"], "gold.txt").reports["-"].evaluation.f1 == 50
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO("王 B-PER O\n".encode())))
    assert score_files(["-"]).reports["-"].evaluation.scores.gold_chunks == 1


def test_new_names_of_types(place: Path) -> None:
    Path("other.txt").write_text(GOLD.replace("B-PER", "B-NAME"), encoding="utf-8")
    assert score_files(["other.txt"], "gold.txt").reports["other.txt"].evaluation.scores.correct_chunks == 1
    mapped = score_files(["other.txt"], "gold.txt", types_map={"NAME": "PER"}).reports["other.txt"]
    assert mapped.evaluation.f1 == 100
    dropped = score_files(["other.txt"], "gold.txt", types_map={"NAME": None, "PER": None}).reports["other.txt"]
    assert [*dropped.evaluation.scores.types] == ["LOC"]
    columns = Path("columns.txt")
    columns.write_text("王 B-PER B-NAME\n", encoding="utf-8")
    for files, gold in ((["other.txt"], "gold.txt"), ([columns], None)):
        (note,) = score_files(files, gold, types_map={"NAME": "PER", "ZZ": "PER"}).notes
        assert note == "neither the data nor the predictions have types that `types_map` renames: ZZ"
    assert score_files([columns], types_map={"NAME": "PER"}).reports["columns.txt"].evaluation.f1 == 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOLD.replace("李", "张"), r"found\.txt:6: the text '张来' is not that of gold\.txt:6, '李来'"),
        (GOLD.split("\n\n")[0], r"gold\.txt has 2 sentences, and found\.txt has 1: predictions need the same"),
        (GOLD + "\n好 O\n", r"gold\.txt has 2 sentences, and found\.txt has 3"),
        (GOLD.replace("B-LOC", "?"), r"found\.txt:1: the sentence has characters with the tag \?"),
    ],
    ids=["other text", "fewer", "more", "unknown"],
)
def test_predictions_for_other_sentences_are_refused(place: Path, content: str, message: str) -> None:
    Path("found.txt").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        score_files(["found.txt"], "gold.txt")


def test_what_can_not_be_scored(place: Path) -> None:
    with pytest.raises(InputError, match=r"bmes\.txt is given twice"):
        score_files(["bmes.txt", "bmes.txt"], "gold.txt")
    with pytest.raises(InputError, match=r"found\.jsonl: looks like JSON, which has predictions alone: give .* `gold`"):
        score_files(["found.jsonl"])
    with pytest.raises(InputError, match=r"got two; if gold is in a file of its own, give that as `gold`"):
        score_files(["gold.txt", "bmes.txt"])
    with pytest.raises(InputError, match="`format` is for the files beside `gold`"):
        score_files(["bmes.txt"], options=ReadOptions(format="conll"))
    Path("found.txt").write_text("王\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"found\.txt:1: one column"):
        score_files(["found.txt"], "gold.txt")


def test_illegal_tags_of_a_tool_are_read_as_conlleval_reads_them(place: Path) -> None:
    Path("found.txt").write_text(GOLD.replace("B-PER", "I-PER"), encoding="utf-8")
    reports, notes = score_files(["found.txt"], "gold.txt", options=ReadOptions(strict=True))
    assert reports["found.txt"].evaluation.f1 == 100
    assert "illegal" in notes[0]
