"""What `tag` makes of files and folders, and what it says about them."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from select import select
from subprocess import PIPE, Popen
from typing import Any

import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from ner.commands import terminal_progress
from ner.commands.app import app
from ner.commands.tag_files import TagFiles
from ner.commands.terminal import Terminal
from ner.commands.terminal_progress import TerminalProgress
from ner.data.entities import Entity
from ner.errors import InterruptedRun
from ner.records.record import TaggedText
from ner.records.record_progress import RecordProgress
from ner.records.survey import Survey
from ner.records.text_options import TextOptions
from ner.tagging.tagger import Tagger
from tests.helpers.forked_commands import ROOT

Tag = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an analyst: text in two encodings, a table, a workbook, an empty file and a PDF."""
    place = tmp_path / "texts"
    (place / "sub").mkdir(parents=True)
    (place / "a.txt").write_text("张伟去上海。\n\n李老师来北京了！\n", encoding="utf-8")
    (place / "sub" / "b.txt").write_bytes("我们昨天看见张伟去上海。\n".encode("gb18030"))
    (place / "c.csv").write_text("编号,内容\n7,张伟去上海。\n", encoding="utf-8-sig")
    (place / "empty.txt").touch()
    (place / "x.pdf").write_bytes(b"%PDF")
    book = openpyxl.Workbook()
    for row in (["内容", "来源"], ["张伟去上海。", "报纸"], [None, "网站"]):
        book.active.append(row)
    book.save(place / "d.xlsx")
    return place


@pytest.fixture
def tag(model_folder: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tag:
    monkeypatch.chdir(folder.parent)

    def tag(*arguments: object) -> Result:
        result = CliRunner().invoke(app, ["tag", "--model", str(model_folder), *map(str, arguments)])
        assert result.exit_code == 0, result.output
        return result

    return tag


def rows(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_of_files_becomes_a_table(tag: Tag) -> None:
    said = tag("texts", "--text-column", "内容", "--output", "new/a.csv", "--context", "1").stderr.splitlines()
    found = rows("new/a.csv")
    assert [*found[0]] == ["file", "line", "start", "end", "label", "text", "score", "context", "编号", "来源"]
    assert [(row["file"], row["line"], row["text"]) for row in found if row["text"] == "上海"] == [
        ("texts/a.txt", "1", "上海"),
        ("texts/c.csv", "2", "上海"),
        ("texts/d.xlsx/Sheet", "2", "上海"),
        ("texts/sub/b.txt", "1", "上海"),
    ]
    assert found[1]["context"] == "...去【上海】。"
    assert said[:4] == [
        "note: read as gb18030: texts/sub/b.txt; --encoding chooses another",
        "note: without text: texts/empty.txt",
        "note: left out, as their names are not those of text files: texts/x.pdf; --include chooses what is read",
        "note: records without a text, which are read as empty: 1",
    ]
    entities = len(found)
    types = {label: sum(row["label"] == label for row in found) for label in ("LOC", "PER")}
    assert said[4].startswith(f"files 5, texts 7, entities {entities}, ")
    assert all(f"{label} {count}" in said[4] for label, count in types.items())
    assert said[4].endswith(" s")
    assert len(said) == 5


def test_quiet_says_nothing(tag: Tag) -> None:
    assert tag("texts", "--text-column", "内容", "--output", "a.xlsx", "--quiet").output == ""
    assert openpyxl.load_workbook("a.xlsx").sheetnames == ["entities", "counts", "texts"]


def test_types_are_chosen(tag: Tag) -> None:
    tag("texts/a.txt", "--types", "PER", "--output", "a.jsonl")
    lines = Path("a.jsonl").read_text(encoding="utf-8").splitlines()
    assert {entity["label"] for line in lines for entity in json.loads(line)["entities"]} == {"PER"}
    unknown = "the tagger finds no X: expected --types to name some of"
    for types, message in (("PER,X", unknown), (",", "expected --types to name types")):
        result = CliRunner().invoke(app, ["tag", "--text", "王", "--types", types])
        assert result.exit_code == 2
        assert f"bert-ner: {message}" in result.stderr


@pytest.mark.parametrize("output", ["a.jsonl", "out/"])
def test_types_are_checked_before_the_model_is_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Tagger, "load", lambda *_, **__: pytest.fail("it was loaded"))
    Path("names.csv").write_text("term,type\n张伟,STAR\n", encoding="utf-8")
    line = ["tag", "a.txt", "--dictionary", "names.csv", "--output", output, "--types", "star,per,x"]
    result = CliRunner().invoke(app, line)
    assert result.stderr == (
        "bert-ner: the tagger finds no star, per, x: expected --types to name some of LOC, ORG, PER, STAR; "
        "did you mean PER, STAR?\n"
    )


@pytest.mark.slow
def test_sentences_have_the_entities_of_their_line(tag: Tag) -> None:
    Path("long.txt").write_text("张伟去上海。李老师来北京了！\n", encoding="utf-8")
    tag("long.txt", "--output", "a.jsonl")
    tag("long.txt", "--output", "b.jsonl", "--sentence")
    tag("long.txt", "--output", "shards/", "--sentence")
    whole, *sentences = (
        json.loads(line) for name in ("a.jsonl", "b.jsonl") for line in Path(name).read_text("utf-8").splitlines()
    )
    assert [each["text"] for each in sentences] == ["张伟去上海。", "李老师来北京了！"]
    for each in sentences:
        for entity in each["entities"]:
            entity["start"] += each["sentence_start"]
            entity["end"] += each["sentence_start"]
    assert whole["entities"] == [entity for each in sentences for entity in each["entities"]]
    assert Path("shards/part-00000.jsonl").read_bytes() == Path("b.jsonl").read_bytes()
    result = CliRunner().invoke(app, ["tag", "--text", "王", "--sentence", "--nbest", "2"])
    assert result.exit_code == 2
    assert "several readings are those of a whole text: leave out --nbest or --sentence" in result.stderr


def test_what_a_score_promises_is_said(tag: Tag) -> None:
    said = tag("texts/a.txt", "--min-score", "0.01", "--output", "a.csv").stderr
    scores = [float(row["score"]) for row in rows("a.csv")]
    assert f"by their scores, {sum(scores) / len(scores):.0%} of these entities are right" in said


def test_all_files_are_looked_at_before_the_model_is_loaded(folder: Path) -> None:
    (folder / "z.txt").write_bytes("好\n".encode() * 60_000 + b"a\0\n")

    def load(characters: int) -> Any:
        raise AssertionError("the model is loaded")

    with pytest.raises(ValueError, match=r"z\.txt:60001: has a NUL character"):
        TagFiles(files=[str(folder)]).run(load, TextOptions(text_column="内容"), Terminal(None, quiet=True))


class Stopped:
    """Finds persons until somebody presses Ctrl-C after two texts."""

    types = ("PER",)

    def readings(self, texts: Iterable[str], n: int = 0, *, watch: object = None) -> Iterator[TaggedText]:
        for number, text in enumerate(texts):
            if number == 2:
                raise KeyboardInterrupt
            yield TaggedText([Entity(0, 2, "PER", text[:2], 0.9)], [])


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_ctrl_c_keeps_what_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("张伟来。\n张三来。\n王五来。\n", encoding="utf-8")
    Path(name).write_text("old", encoding="utf-8")
    partial = name.replace("out.", "out.partial.")
    with pytest.raises(
        InterruptedRun, match=rf"by Ctrl-C: texts 2, .*up to a\.txt:2, are in {partial}; run the same command again"
    ):
        TagFiles(files=["a.txt"], output=Path(name)).run(lambda _: Stopped(), TextOptions(), Terminal(None, quiet=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.txt", name, partial])
    assert Path(name).read_text(encoding="utf-8") == "old"
    lines = Path(partial).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == (3 if name == "out.csv" else 2)
    assert "张三" in lines[-1]


def test_ctrl_c_leaves_no_half_of_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("张伟来。\n张三来。\n王五来。\n", encoding="utf-8")
    for name in ("out.html", "out.xlsx", "out.parquet"):
        with pytest.raises(InterruptedRun, match="by Ctrl-C: nothing is kept; run the same command again"):
            TagFiles(files=["a.txt"], output=Path(name)).run(
                lambda _: Stopped(), TextOptions(), Terminal(None, quiet=True)
            )
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_ctrl_c_names_the_folder_with_which_tag_goes_on(tag: Tag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tagger, "load", lambda *_, **__: Stopped())
    Path("a.txt").write_text("张伟来。\n张三来。\n王五来。\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["tag", "a.txt", "-o", "a.csv"])
    assert result.exit_code == 130
    assert result.stderr.endswith(
        "are in a.partial.csv; run the same command again; with a folder as --output, such as out/, it goes on where "
        "it stopped\n"
    )


def test_the_bar_moves_with_each_batch(tagger: Tagger) -> None:
    seen: list[int] = []
    tagger = Tagger(tagger.engine, tagger.table, batch_characters=20)
    texts = ["张伟去上海。" * 3] * 10
    next(tagger.readings(texts, watch=seen.append))
    assert len(seen) == 10
    assert sum(seen) == sum(map(len, texts))


class Clock:
    """Shows what time it is said to be."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    perf_counter = monotonic


def test_without_a_terminal_there_is_a_line_every_30_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(terminal_progress, "time", clock)
    monkeypatch.setattr("ner.records.record_progress.time", clock)
    file = io.StringIO()
    for quiet in (False, True):
        shown = TerminalProgress(Console(file=file, width=200, quiet=quiet))
        with RecordProgress(shown, "tagging", Survey(characters=10_000)) as progress:
            for _ in range(7):
                clock.now += 10
                progress.advance(1000)
    assert file.getvalue().splitlines() == [
        "tagging: 30%, 3,000 characters, 100 per second, 70 s left",
        "tagging: 60%, 6,000 characters, 100 per second, 40 s left",
    ]


def test_a_line_of_a_pipe_is_answered_before_the_next_one_comes() -> None:
    with Popen([sys.executable, "-m", "ner", "tag", "-q", "-"], cwd=ROOT, stdin=PIPE, stdout=PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            for text in ("张伟去上海。", "我在北京。"):
                process.stdin.write(f"{text}\n".encode())
                process.stdin.flush()
                assert select([process.stdout], [], [], 60)[0], "no answer while the input is open"
                assert json.loads(process.stdout.readline())["text"] == text
        finally:
            process.kill()
