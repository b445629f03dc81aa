"""No command writes over what it reads, or into a folder of somebody else's, and it says so before its work begins."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from tests.conftest import SENTENCES, conll

GBK = os.fsdecode("中文".encode("gbk"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a file and a folder of data, a table, a model, and a folder of the user's own."""
    monkeypatch.chdir(tmp_path)
    for folder in ("data", "model", "own"):
        Path(folder).mkdir()
    for path in ("a.txt", "data/train.txt", "data/dev.txt"):
        Path(path).write_text(conll(SENTENCES), encoding="utf-8")
    for path in ("types.csv", "own/types.csv", "own/check.json", "model/config.json"):
        Path(path).write_text("PER,P\n", encoding="utf-8")
    return tmp_path


def contents() -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(Path().rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "tag types.csv --text-column PER --output data/../types.csv",
            "data/../types.csv is the same as types.csv, which is in use: ",
        ),
        ("tag a.txt --model model --output model/new.csv", "model/new.csv is inside model, which is in use"),
        ("tag a.txt --output a.txt", "a.txt: expected --output to end in one of .jsonl, .conll, .csv, .html, .xlsx, "),
        ("tag a.txt --format html --output new.jsonl", "new.jsonl will be jsonl: leave out --format html, or name it "),
        ("tag a.txt --output new.csv --nbest 2", "csv has no place for several readings: leave out --nbest"),
        ("tag a.txt --output new.html --context 2", "html has the whole text: leave out --context"),
        ("tag a.txt --output new.xlsx --no-bom", "--no-bom is about CSV files: leave it out, or write .csv"),
        ("tag --text 王 --encoding gb18030", "--text is the text itself: leave out "),
        ("evaluate --data a.txt --split dev", "--split chooses a file of a folder, and a.txt is a file: leave it out"),
        (
            "compare --data data --output new --vary fusion=last,mean --fusion mean",
            "--fusion is given alone and in --vary: leave out one of both",
        ),
        (
            "tag a.txt --output own",
            "own holds other files (check.json, types.csv): --output takes a new or empty folder",
        ),
        ("tag a.txt --output a.txt/b.csv", "a.txt/b.csv can't be made, because "),
        ("train --data data --output new --log-file new/log.jsonl", "new/log.jsonl is inside new, which is in use"),
        ("train --data data --output new --log-file data/dev.txt", "data/dev.txt is inside data, which is in use"),
        ("tag a.txt --raw", "--raw is about CSV files: leave it out, or write .csv"),
        ("embed a.txt --output a.txt", "a.txt: expected --output to end in .npy"),
        ("convert a.txt a.txt --overwrite", "a.txt is used twice: choose another TARGET"),
        ("convert a.txt b.jsonl --losses a.txt", "a.txt is used twice: choose another --losses"),
        ("convert a.txt b.jsonl --losses b.jsonl", "b.jsonl is used twice: choose another --losses"),
        ("convert a.txt b.jsonl --losses types.csv", "types.csv exists: choose another --losses, or remove it first"),
        ("convert data data/new", "data/new is inside data, which is in use: choose another TARGET"),
        ("convert data own --overwrite", "own holds other files (check.json, types.csv): TARGET takes a new or empty"),
        ("split a.txt --output new --losses new/train.conll", "new/train.conll is inside new, which is in use"),
        ("merge data data --output m --types types.csv --losses types.csv --overwrite", "types.csv is used twice"),
        ("score a.txt --report .", ". holds a.txt, which is in use: choose another --report"),
        ("score a.txt --report own", "own holds other files (check.json, types.csv): --report takes a new or empty "),
        ("evaluate --data data --model model --report model", "model is used twice: choose another --report"),
        ("check data --report own", "own holds other files (check.json, types.csv): --report takes a new or empty "),
        ("check data --fix data/sub", "data/sub is inside data, which is in use: choose another --fix"),
        ("check data --fix x --report x", "x is used twice: choose another --fix"),
        ("check data --fix x --report x/report", "x/report is inside x, which is in use: choose another --report"),
        ("export --model model --output model/x --to onnx", "model/x is inside model, which is in use"),
        ("train --data data --output data", "data is used twice: choose another --output"),
        ("compare --data data --output data --vary fusion=last", "data is used twice: choose another --output"),
        ("pretrain a.txt=2 --steps 1 --output a.txt", "a.txt is used twice: choose another --output"),
    ],
)
def test_refused_before_any_work(place: Path, line: str, message: str) -> None:
    before = contents()
    result = CliRunner().invoke(app, line.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"bert-ner: {message}" in result.stderr
    assert result.stderr.count("\n") == 1
    assert contents() == before


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("train --data data --output own --max-steps 1", "characters.json"),
        ("compare --data data --output own --vary fusion=last --max-steps 1", "comparison.json"),
        ("compare --data data --output own --vary init_from=own --max-steps 1", "config.json"),
        ("tune --data data --output own --trials 1 --config own/best.json", "best.json"),
        ("pretrain a.txt --output own --steps 1 --masking character --held-out 0.5", "vocab.txt"),
    ],
)
def test_a_long_run_replaces_nothing_that_no_run_wrote(place: Path, line: str, name: str) -> None:
    for path in Path("own").iterdir():
        path.unlink()
    Path("own", name).write_text('{"epochs": 1}', encoding="utf-8")
    Path("a.txt").write_text("王小明在上海读书。\n李小红在北京。\n" * 20, encoding="utf-8")
    before = contents()
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == 2, result.output
    assert "--output" in result.stderr
    assert contents() == before


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_older_data_are_replaced_if_asked_for(place: Path) -> None:
    run("convert", "data", "new")
    run("convert", "data", "new", "--to", "jsonl", "--overwrite")
    assert sorted(path.name for path in Path("new").iterdir()) == ["dev.jsonl", "train.jsonl"]
    run("convert", "data", "new", "--to", "brat", "--overwrite")
    run("convert", "data", "new", "--overwrite")
    assert sorted(path.name for path in Path("new").iterdir()) == ["dev.conll", "train.conll"]
    Path("b.conll").write_text("old", encoding="utf-8")
    run("convert", "a.txt", "b.conll", "--overwrite")
    assert Path("b.conll").read_text(encoding="utf-8").startswith("王\tB-PER")


def test_a_report_is_replaced_and_other_files_beside_it_stay(place: Path) -> None:
    run("check", "data", "--report", "report")
    Path("report/notes.txt").write_text("mine", encoding="utf-8")
    run("check", "data", "--report", "report")
    assert sorted(path.name for path in Path("report").iterdir()) == ["check.html", "check.json", "notes.txt"]
    run("check", "data", "--fix", "fixed")
    assert {path.name for path in Path("fixed").iterdir()} == {"train.txt", "dev.txt", "changes.txt"}


def test_names_that_are_no_utf_8_and_names_that_terminals_obey(place: Path) -> None:
    for name in (f"{GBK}.conll", "line\nend\x1b[31m.conll"):
        Path("a.txt").rename(name)
        assert run("convert", name, f"{name}.jsonl").isprintable() is False  # its line end
        assert "\x1b" not in run("check", name, "--report", "report", "--fix", f"{name}-fixed")
        run("convert", name, f"{name}.parquet")
        assert (
            json.loads(Path("report/check.json").read_text(encoding="utf-8"))["kinds"][0]["findings"][0]["path"] == name
        )
        Path(name).rename("a.txt")
    result = CliRunner().invoke(app, ["tag", f"missing{GBK}\x1b.txt"])
    assert result.stderr == "bert-ner: missing\\udcd6\\udcd0\\udcce\\udcc4\\x1b.txt: no such file or folder\n"


def test_a_report_on_a_file_whose_name_is_no_utf_8(place: Path) -> None:
    lines = conll(SENTENCES).splitlines()
    path = Path(f"{GBK}.txt")
    path.write_text("".join(f"{line} O\n" if line else "\n" for line in lines).replace("\t", " "), encoding="utf-8")
    run("score", path, "--report", "report")
    with open("report/errors.csv", encoding="utf-8", newline="") as file:
        assert {row["path"] for row in csv.DictReader(file)} == {"\\udcd6\\udcd0\\udcce\\udcc4.txt"}
    numbers = json.loads(Path("report/scores.json").read_text(encoding="utf-8"))
    assert GBK in json.dumps(numbers, ensure_ascii=False)


def test_tagged_names_and_cells(place: Path, model_folder: Path) -> None:
    Path("in.jsonl").write_text('{"text": "王小明去上海。", "=1+1": "@SUM(1)"}\n', encoding="utf-8")
    Path("in.jsonl").rename(f"{GBK}.jsonl")
    tag: Callable[..., str] = lambda *options: run("tag", f"{GBK}.jsonl", "--model", model_folder, *options)  # noqa: E731
    assert json.loads(tag("--output", "-"))["file"] == f"{GBK}.jsonl"
    assert not Path("-").exists()
    harmless, raw = (
        list(csv.reader(io.StringIO(tag("--format", "csv", *options), newline=""))) for options in ([], ["--raw"])
    )
    assert (harmless[0][-1], harmless[1][-1]) == ("'=1+1", "'@SUM(1)")
    assert (raw[0][-1], raw[1][-1]) == ("=1+1", "@SUM(1)")
    assert harmless[1][0] == "\\udcd6\\udcd0\\udcce\\udcc4.jsonl"
