import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app

pytest.importorskip("duckdb")
pytest.importorskip("opencc")


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    path = tmp_path / "tagged.jsonl"
    texts = [("林晓东", "2024-01-05"), ("林晓东", "2024-01-06"), ("上海", "soon")]
    lines = [
        json.dumps(
            {"file": "a", "line": 1, "text": text, "day": day, "entities": [{"label": "PER", "text": text}]},
            ensure_ascii=False,
        )
        for text, day in texts
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_terminal_and_the_report(tagged: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    result = CliRunner().invoke(app, ["summarize", str(tagged), "--output", str(report), "--date", "day"])
    assert result.exit_code == 0, result.output
    assert "林晓东 2, 上海 1" in result.stdout
    assert "files 1, texts 3, entities 3" in result.stdout
    assert "texts without a date in 'day' that can be read: 1" in result.stderr
    assert (report / "periods.csv").is_file()


def test_chinese(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERT_NER_LANG", "zh")
    result = CliRunner().invoke(app, ["summarize", str(tagged)])
    assert result.stdout.split()[:6] == ["类型", "次数", "名称数", "文本数", "文件数", "最常见"]
    result = CliRunner().invoke(app, ["summarize", str(tagged.parent / "a.txt"), str(tagged.with_suffix(".txt"))])
    assert " or " not in result.stderr


def test_a_note_about_a_result_that_is_given_twice(tagged: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    again.write_bytes(tagged.read_bytes())
    result = CliRunner().invoke(app, ["summarize", str(tagged), str(again)])
    assert result.exit_code == 0, result.output
    assert f": 2, for example a:1 in {again} and {tagged}; they are counted several times" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--by", "author"], "no file has the column 'author'; the columns: file, line, day"),
        (["--period", "day"], "expected --period to be auto where no --date is given, got 'day'"),
        (["--output", "."], ". holds "),
        (["--output", "报告.xlsx"], "报告.xlsx is the name of a .xlsx file: --output takes a folder"),
    ],
)
def test_bad_input(tagged: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str) -> None:
    monkeypatch.chdir(tagged.parent)
    result = CliRunner().invoke(app, ["summarize", tagged.name, *options])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"bert-ner: {message}"), result.stderr
    assert [*tagged.parent.iterdir()] == [tagged]
