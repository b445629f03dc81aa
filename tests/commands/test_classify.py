"""The commands of `bert-ner classify`, from files to files."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from ner.commands.app import app

ROWS = [("我去上海。", "去"), ("他去北京。", "去"), ("老师看书。", "看"), ("学生在看书。", "看")]


def run(*line: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*map(str, line)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    for name in ("train", "dev", "test"):
        pd.DataFrame(ROWS * 2, columns=["text", "label"]).to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "model"
    settings = ["--learning-rate", "5e-3", "--batch-size", "2", "--epochs", "3", "--precision", "fp32"]
    status, out, err = run("classify", "train", "-d", data, "-o", folder, "--encoder", encoder_folder,
                           "--max-length", "16", *settings)  # fmt: skip
    assert status == 0, err
    assert "accuracy 100.00" in out
    assert f"model and reports are in {folder}" in out
    return folder


def test_evaluate_and_info(data: Path, trained: Path, tmp_path: Path) -> None:
    status, out, _ = run("classify", "evaluate", "-d", data, "-m", trained, "--report", tmp_path / "report", "--json")
    assert status == 0
    assert json.loads(out)["accuracy"] == 100.0
    assert (tmp_path / "report" / "report.html").is_file()
    assert "macro F1" in run("classify", "evaluate", "-d", data / "dev.csv", "-m", trained)[1]
    out = run("classify", "info", "-m", trained)[1]
    assert "labels      去, 看" in out
    assert json.loads(run("classify", "info", "-m", trained, "--json")[1])["config"]["pairs"] is False


@pytest.mark.parametrize("ending", ["jsonl", "csv", "xlsx", "parquet"])
def test_predict_in_each_format(trained: Path, data: Path, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"out.{ending}"
    status, out, err = run("classify", "predict", data / "test.csv", "-m", trained, "-o", output, "--quiet")
    assert (status, out, err) == (0, "", "")
    if ending == "jsonl":
        records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
        assert [*records[0]] == ["file", "line", "text", "label", "labels", "scores"]
        found = [record["labels"][0] for record in records]
        assert sum(records[0]["scores"].values()) == pytest.approx(1, abs=1e-3)
    else:
        read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[ending]
        frame = read(output)
        assert [*frame.columns] == ["file", "line", "text", "label", "score", "input_label"]
        found = frame["label"].tolist()
    assert found == [label for _, label in ROWS * 2]


def test_predict_lines_to_standard_output(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("我去上海。\n\n老师看书。\n", encoding="utf-8")
    status, out, err = run("classify", "predict", tmp_path / "a.txt", "-m", trained)
    assert status == 0
    assert [json.loads(line)["line"] for line in out.splitlines()] == [1, 2, 3]
    assert "texts 3, " in err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("predict", "DATA/test.csv", "-m", "MODEL", "-o", "OUT/a.txt"), "expected --output to end in .jsonl, .csv"),
        (("predict", "DATA/test.csv", "-m", "MODEL", "-o", "DATA/test.csv"), "is used twice: choose another --output"),
        (("predict", "DATA/none.csv", "-m", "MODEL"), "none.csv"),
        (("predict", "DATA/test.csv", "-m", "DATA"), "contains no complete model"),
        (("predict", "DATA/test.csv", "-m", "MODEL", "--text-column", "x"), "has no column 'x'"),
        (("evaluate", "-d", "DATA/none", "-m", "MODEL"), "no such file or folder"),
        (("train", "-d", "DATA", "-o", "MODEL"), "already contains a model"),
        (("train", "-d", "DATA", "-o", "DATA/new"), "inside"),
        (("train", "-d", "DATA", "-o", "OUT/m", "--max-length", "65"), "expected --max-length to be at most 64"),
        (("train", "-d", "DATA", "-o", "OUT/m", "--layer-dropout", "0.5"), "expected --layer-dropout to be 0"),
        (("train", "-d", "DATA", "-o", "OUT/m", "--balance", "2"), "expected --balance to be"),
        (("info", "-m", "OUT"), "there is no config.json"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_bad_input_is_one_sentence(
    line: tuple[str, ...], message: str, data: Path, trained: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    places = {"DATA": str(data), "MODEL": str(trained), "OUT": str(tmp_path)}
    words = [re.sub("DATA|MODEL|OUT", lambda found: places[found[0]], word) for word in line]
    if line[0] == "train":
        words += ["--encoder", str(encoder_folder)]
    status, out, err = run("classify", *words)
    assert status == 2, err
    assert out == ""
    assert err.startswith("bert-ner: ")
    assert message in err
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def quick(encoder_folder: Path) -> list[object]:
    return ["--encoder", encoder_folder, "--max-length", 16, "--batch-size", 2, "--epochs", 1, "--precision", "fp32"]


@pytest.mark.slow
def test_compare_settings(data: Path, quick: list[object], tmp_path: Path) -> None:
    line = ["classify", "compare", "-d", data, "-o", tmp_path / "runs", "--vary", "pooling=mean,cls", *quick]
    status, out, err = run(*line, "--seeds", 1)
    assert status == 0, err
    said = " ".join(out.split())
    assert "with one label for each text, it is the accuracy" in said
    assert "bootstrap intervals over texts" in said
    assert "conlleval" not in said
    found = json.loads((tmp_path / "runs" / "comparison.json").read_text(encoding="utf-8"))
    assert [cell["pooling"] for cell in found["cells"]] == ["mean", "cls"]
    for cell, one in zip(found["cells"], found["runs"], strict=True):
        scores = json.loads((tmp_path / "runs" / one["folder"] / "training.json").read_text(encoding="utf-8"))["scores"]
        assert cell["test_f1"] == pytest.approx(scores["test"]["accuracy"])
        assert cell["test_f1_low"] <= cell["test_f1"] <= cell["test_f1_high"]
    assert "| train | " in (tmp_path / "runs" / "comparison.md").read_text(encoding="utf-8")
    assert "2 runs of 2 already finished and kept" in run(*line, "--seeds", 1)[2]
    status, _, err = run(*line, "--seeds", 1, "--dropout", 0.4)
    assert (status, "with `dropout`" in err or "--dropout" in err) == (2, True)
    assert "unknown" in run("classify", "compare", "-d", data, "-o", tmp_path / "no", "--vary", "lstm-layers=0")[2]


@pytest.mark.slow
def test_tune_settings(data: Path, quick: list[object], tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    line = ["classify", "tune", "-d", data, "-o", tmp_path / "search", "--trials", 2, *quick]
    status, out, err = run(*line)
    assert status == 0, err
    best = json.loads((tmp_path / "search" / "best.json").read_text(encoding="utf-8"))
    trials = pd.read_csv(tmp_path / "search" / "trials.csv")
    assert {*trials["pooling"]} <= {"mean", "cls", "attention"}
    row = trials.loc[trials["dev_f1"].idxmax()]
    assert (best["pooling"], best["epochs"]) == (row["pooling"], 1)
    assert "bert-ner classify train --data" in out
    assert (tmp_path / "search" / f"trial-{row['trial']}" / "config.json").is_file()
