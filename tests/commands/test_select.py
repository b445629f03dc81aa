"""`bert-ner select`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ner.commands.app import app
from tests.conftest import SENTENCES

Run = Callable[..., Result]


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.txt"
    path.write_text("".join(f"{text}\n" for text, _ in SENTENCES), encoding="utf-8")
    return path


@pytest.fixture
def run(pool: Path, model_folder: Path, tmp_path: Path) -> Run:
    def call(*arguments: object, output: str = "next.jsonl") -> Result:
        line = ["select", pool, "--model", model_folder, "--output", tmp_path / output, *arguments]
        return CliRunner().invoke(app, [str(part) for part in line])

    return call


def test_the_chosen_texts_are_written_and_counted(run: Run, tmp_path: Path) -> None:
    result = run("--count", "4", "--random-share", "0.25")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (tmp_path / "next.jsonl").read_text("utf-8").splitlines()]
    assert [line["chosen"] for line in lines] == ["random", "mixed", "mixed", "mixed"]
    characters = sum(len(line["text"]) for line in lines)
    assert f"next.jsonl: 4 texts, 1 of them at random; {characters} characters to label" in result.output


def test_labelled_texts_are_not_chosen_again(run: Run, data_folder: Path, tmp_path: Path, pool: Path) -> None:
    pool.write_text(pool.read_text("utf-8") + "他在长江看书\n", encoding="utf-8")
    result = run("--labelled", data_folder, "--strategy", "margin")
    assert result.exit_code == 0, result.output
    (line,) = (tmp_path / "next.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["text"] == "他在长江看书"
    assert "1 texts of 200: the others are blank, or nearly the same" in result.output


def test_spans_leave_most_of_a_text_alone(run: Run, tmp_path: Path) -> None:
    assert run("--spans", "--strategy", "mnlp", "--random-share", "0").exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "next.jsonl").read_text("utf-8").splitlines()]
    assert any(line.get("unknown") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "output", "message"),
    [
        ([], "next.csv", "expected --output to end in .jsonl"),
        ([], "pool.txt", "expected --output to end in .jsonl"),
        (["--sure", "0.5"], "next.jsonl", "expected --sure to be 0.95 without --spans"),
        (["--count", "0"], "next.jsonl", "--count"),
        (["--labelled", "nowhere"], "next.jsonl", "nowhere"),
    ],
)
def test_wrong_input(run: Run, arguments: list[str], output: str, message: str) -> None:
    result = run(*arguments, output=output)
    assert result.exit_code == 2
    assert message in result.output
