"""With --json a command prints one JSON document, and nothing else there."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ner.commands.app import app


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def run_json(*line: object, status: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*map(str, line), "--json"])
    assert result.exit_code == status, result.output
    content = json.loads(result.stdout, parse_constant=refuse)
    assert isinstance(content, dict)
    return content


def test_info(model_folder: Path) -> None:
    assert run_json("info", "--model", model_folder).keys() == {"config", "record"}


def test_score(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("王 x B-PER S-PER\n来 x O O\n北京 x B-LOC O\n", encoding="utf-8")
    content = run_json("score", file, "--report", tmp_path / "report")
    assert content["conlleval"]["f1"] == 66.67
    assert content == json.loads((tmp_path / "report" / "scores.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_evaluate(model_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    evaluate = ("evaluate", "--model", model_folder, "--data", data_folder, "--report", tmp_path / "report")
    assert run_json(*evaluate)["conlleval"]["f1"] == 100
    other = shutil.copytree(model_folder, tmp_path / "other")
    both = run_json(*evaluate, "--model", other)
    assert (both["A"], both["B"]) == (str(model_folder), str(other))


def test_bench(model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.tagging.speed._ROUNDS", 1)
    (tmp_path / "a.txt").write_text("张伟去上海。\n", encoding="utf-8")
    content = run_json("bench", "--model", model_folder, tmp_path / "a.txt")
    medians = [speed["median"] for speed in content["speeds"]]
    assert medians == sorted(medians, reverse=True)
    assert content["default"].keys() < content["speeds"][0].keys()
    assert "bert-ner tag" in content["advice"]


def test_check(tmp_path: Path, encoder_folder: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("王 B-PER\n来 O\n去 I-PER\n", encoding="utf-8")
    content = run_json("check", path, "--encoder", encoder_folder, "--report", tmp_path / "report", status=1)
    assert content["errors"] == 1
    assert content == json.loads((tmp_path / "report" / "check.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_compare(data_folder: Path, encoder_folder: Path, tmp_path: Path) -> None:
    small = ("--encoder", encoder_folder, "--lstm-size", "8", "--max-length", "64", "--precision", "fp32")
    line = ("compare", "--data", data_folder, "--output", tmp_path / "runs", "--vary", "fusion=last,mean")
    content = run_json(*line, "--seeds", "1", "--max-steps", "1", *small)
    assert [cell["fusion"] for cell in content["cells"]] == ["last", "mean"]
    assert len(content["runs"]) == 2


def test_advice_of_check_names_options(tmp_path: Path, encoder_folder: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("王 O\n来 O\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(path), "--encoder", str(encoder_folder)])
    assert "--tag-column" in result.stdout.replace("\n", " ")
    assert "`tag_column`" not in result.stdout


def test_a_hundred_types_are_shown_and_the_number_of_the_others(tmp_path: Path, encoder_folder: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("".join(f"王 B-T{number:03}\n" for number in range(130)), encoding="utf-8")
    shown = CliRunner().invoke(app, ["check", str(path), "--encoder", str(encoder_folder)]).stdout
    assert ("T099" in shown, "T100" in shown) == (True, False)
    assert "and 30 more" in shown
