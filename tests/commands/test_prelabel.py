"""`bert-ner prelabel`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ner.commands.app import app
from ner.data.corpus import read_file
from tests.conftest import SENTENCES

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, model_folder: Path) -> Run:
    (tmp_path / "texts.txt").write_text("".join(f"{text}\n" for text, _ in SENTENCES) + "\n", encoding="utf-8")
    (tmp_path / "names.csv").write_text("term,type\n上海,LOC\n李老师,PER\n", encoding="utf-8")
    (tmp_path / "answers.jsonl").write_text(
        json.dumps({"text": SENTENCES[1][0], "entities": [{"text": "张伟", "label": "PER"}]}) + "\n", encoding="utf-8"
    )

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["prelabel", str(tmp_path / "texts.txt"), *map(str, arguments)])

    return call


@pytest.mark.parametrize("to", ["label-studio", "doccano", "jsonl", "conll"])
def test_each_format_can_be_read_again(run: Run, tmp_path: Path, model_folder: Path, to: str) -> None:
    sources = ["--model", model_folder, "--dictionary", tmp_path / "names.csv", "--answers", tmp_path / "answers.jsonl"]
    output = tmp_path / f"out.{'json' if to == 'label-studio' else 'jsonl' if to != 'conll' else 'conll'}"
    result = run(*sources, "--output", output, "--to", to)
    assert result.exit_code == 0, result.output
    sentences = read_file(output).sentences
    assert [sentence.text for sentence in sentences] == [text for text, _ in SENTENCES]
    assert ("unknown" in result.output) is (to in ("jsonl", "conll"))
    assert "names.csv: by agreement of the sources, in characters: LOC precision" in result.output


def test_answers_about_other_texts_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "others.jsonl"
    path.write_text('{"text": "好", "entities": [{"text": "好", "label": "X"}]}\n', encoding="utf-8")
    result = run("--answers", path, "--output", tmp_path / "out.json")
    assert (result.exit_code, f"{path}: has no answer about any of the texts" in result.stderr) == (0, True)


def test_a_list_alone_leaves_the_rest_open(run: Run, tmp_path: Path) -> None:
    result = run("--dictionary", tmp_path / "names.csv", "--output", tmp_path / "out.jsonl", "--to", "jsonl")
    assert result.exit_code == 0, result.output
    sentence = read_file(tmp_path / "out.jsonl").sentences[1]  # 张伟去上海。
    assert [(e.text, e.label) for e in sentence.entities] == [("上海", "LOC")]
    assert sentence.unknown == ((0, 3), (5, 6))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected --model, --dictionary, --rules or --answers, at least one of them"),
        (["--answers", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--rules", "builtin", "--sure-entity", "2"], "--sure-entity"),
        (["--rules", "builtin", "--to", "brat"], "--to"),
        (["--rules", "builtin", "--rules", "builtin"], "builtin is given twice: give each source once"),
    ],
)
def test_wrong_input(run: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    result = run("--output", tmp_path / "out.json", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "out.json").exists()


def test_the_texts_are_not_overwritten(run: Run, tmp_path: Path) -> None:
    result = run("--rules", "builtin", "--output", tmp_path / "texts.txt")
    assert result.exit_code == 2
    assert (tmp_path / "texts.txt").read_text("utf-8").startswith(SENTENCES[0][0])
