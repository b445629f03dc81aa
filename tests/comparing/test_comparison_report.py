"""The numbers of a comparison and the files it ends in, on a grid of two by two with two seeds each."""

import csv
import json
import re
import shutil
import statistics
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from ner.commands.app import app
from ner.commands.printing import print_comparison
from ner.comparing.comparison import Comparison, compare_runs
from ner.comparing.comparison_report import explain, write_report
from ner.comparing.grid import grid, parse_vary
from ner.comparing.run_grid import FinishedRun, run_grid
from ner.data.corpus import Corpus
from ner.training.training_settings import TrainingSettings

pytestmark = pytest.mark.slow

VARY = ["fusion=last,attention", "lstm-layers=0,1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grid")


@pytest.fixture(scope="module")
def runs(corpus: Corpus, settings: TrainingSettings, folder: Path) -> list[FinishedRun]:
    cells = grid(parse_vary(VARY), replace(settings, epochs=4, batch_size=2, head_learning_rate=0.05))
    return run_grid(corpus, cells, 2, folder)


@pytest.fixture(scope="module")
def comparison(runs: list[FinishedRun]) -> Comparison:
    return compare_runs(runs)


def test_means_and_standard_deviations(comparison: Comparison, runs: list[FinishedRun]) -> None:
    assert comparison.split == "test"
    assert list(comparison.frame["cell"]) == [run.cell.name for run in runs[::2]]
    for row, pair in zip(comparison.frame.to_dict("records"), zip(runs[::2], runs[1::2], strict=True), strict=True):
        for split in ("test", "dev"):
            scores = [run.record["scores"][split]["conlleval"]["f1"] for run in pair]
            assert row[f"{split}_f1"] == pytest.approx(statistics.mean(scores), abs=0.01)
            assert row[f"{split}_f1_sd"] == pytest.approx(statistics.stdev(scores), abs=0.01)
        assert row["minutes"] == statistics.mean(run.record["minutes"] for run in pair)
        assert row["parameters"] == pair[0].record["parameters"]
        assert row["characters_a_second"] > 0
    first, *others = comparison.frame.to_dict("records")
    assert first["p"] != first["p"]  # NaN: the baseline is not compared with itself
    assert all(row["difference"] == pytest.approx(row["test_f1"] - first["test_f1"]) for row in others)
    assert all(row["low"] <= row["difference"] <= row["high"] for row in others)
    assert all(row["p"] <= row["p_holm"] for row in others)
    assert (comparison.frame["test_f1_low"] <= comparison.frame["test_f1"]).all()


def test_a_bilstm_has_parameters(comparison: Comparison) -> None:
    without, with_lstm = comparison.frame["parameters"][:2]
    size, width = 16, 32  # four gates, from the input, the hidden state and two biases, in two directions
    # The emissions come from twice the BiLSTM's units, here as many as the encoder's own.
    assert with_lstm - without == 2 * 4 * size * (width + size + 2)


def test_minutes_of_a_resumed_run_are_left_out(runs: list[FinishedRun]) -> None:
    resumed = [replace(runs[0], record={**runs[0].record, "minutes": 1000.0, "resumed": True}), runs[1]]
    assert compare_runs(resumed).frame["minutes"].to_list() == [runs[1].record["minutes"]]


def test_without_a_test_split_dev_is_compared(runs: list[FinishedRun]) -> None:
    only_dev = [replace(run, record={**run.record, "scores": {"dev": run.record["scores"]["dev"]}}) for run in runs]
    found = compare_runs(only_dev)
    assert found.split == "dev"
    assert found.frame["difference"].notna().sum() == 3


def test_what_is_shown(comparison: Comparison) -> None:
    console = Console(width=200, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    print_comparison(comparison, console)
    lines = console.export_text().splitlines()
    rows = [re.split(r" {2,}", line.strip()) for line in lines if re.match(r" +(last|attention) ", line)]
    assert [row[:2] for row in rows] == [["last", "0"], ["last", "1"], ["attention", "0"], ["attention", "1"]]
    assert rows[0][3] == "baseline"
    first = comparison.frame.iloc[0]
    assert rows[0][2] == f"{first['test_f1']:.2f} ± {first['test_f1_sd']:.2f}"
    for row, p in zip(rows[1:], comparison.frame["p_holm"][1:], strict=True):
        assert row[4] == f"{p:.4f}"
        assert row[3].endswith("*") == (p < 0.05)


def test_files(comparison: Comparison, tmp_path: Path) -> None:
    written = write_report(comparison, tmp_path, "bert-ner compare --data here")
    assert [path.name for path in written] == [f"comparison.{suffix}" for suffix in ("md", "csv", "json", "tex", "png")]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    page = written[0].read_text(encoding="utf-8")
    record = comparison.records[0]
    assert "| fusion | lstm-layers | test F1 |" in page
    assert page.count("| last | ") == page.count("| attention | ") == 2
    for text in ("bert-ner compare --data here", record["data"]["test"]["fingerprint"], "torch", "comparison.png"):
        assert text in page
    with written[1].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["fusion"], row["lstm-layers"]) for row in rows][:2] == [("last", "0"), ("last", "1")]
    assert float(rows[1]["difference"]) == pytest.approx(float(rows[1]["test_f1"]) - float(rows[0]["test_f1"]))
    content = json.loads(written[2].read_text(encoding="utf-8"))
    assert written[3].read_text(encoding="utf-8").count("fusion & lstm-layers & test F1 & 95") == 1
    assert (len(content["cells"]), len(content["runs"]), len(content["machines"])) == (4, 8, 1)
    assert content["cells"][0]["p"] is None
    assert content["data"] == record["data"]
    png = written[4].read_bytes()
    assert png.startswith(b"\x89PNG")
    assert len(png) > 10_000


def test_without_matplotlib_there_is_no_plot(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ner.comparing.comparison_report.can_draw", lambda: False)
    written = write_report(comparison, tmp_path, "bert-ner compare")
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written} == {
        "comparison.md", "comparison.csv", "comparison.json", "comparison.tex"
    }  # fmt: skip
    assert "comparison.png" not in written[0].read_text(encoding="utf-8")


def test_one_seed_has_no_spread_and_that_is_said(runs: list[FinishedRun], tmp_path: Path) -> None:
    found = compare_runs(runs[::2])
    assert found.seeds == 1
    assert "With one seed, the variation between seeds is unknown" in explain(found)[1]
    page = write_report(found, tmp_path, "bert-ner compare")[0].read_text(encoding="utf-8")
    assert not any("±" in line for line in page.splitlines() if line.startswith("|"))


def test_the_command(
    runs: list[FinishedRun],
    settings: TrainingSettings,
    folder: Path,
    data_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The runs of the fixture are what this command makes, so that it finds them finished."""
    arguments = ["compare", "--data", data_folder, "--output", folder, "--vary", VARY[0], "--vary", VARY[1]]
    arguments += ["--seeds", 2, "--encoder", settings.encoder, "--lstm-size", 16, "--dropout", 0, "--epochs", 4]
    arguments += ["--batch-size", 2, "--learning-rate", 2e-3, "--head-learning-rate", 0.05, "--max-length", 64]
    arguments += ["--precision", "fp32", "--patience", 30]
    words = [str(argument) for argument in arguments]
    monkeypatch.setattr(sys, "argv", ["/usr/bin/bert-ner", *words])
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "note: types in train: LOC, ORG, PER" in result.output
    assert "8 runs of 8 already finished and kept" in result.output
    page = (folder / "comparison.md").read_text(encoding="utf-8")
    assert f"bert-ner compare --data {data_folder} --output {folder} --vary fusion=last,attention" in page


def test_the_command_refuses_in_one_sentence(data_folder: Path, tmp_path: Path) -> None:
    def refused(*options: str) -> str:
        result = CliRunner().invoke(app, ["compare", "--data", str(data_folder), "--output", str(tmp_path), *options])
        assert result.exit_code == 2
        return result.stderr

    assert refused("--vary", "fusion=sum").startswith("bert-ner: --vary fusion=sum: expected --fusion to be one of")
    assert (
        refused("--vary", "fusion=last", "--epochs", "0")
        == "bert-ner: expected --epochs to be a whole number from 1 to 100,000, got 0\n"
    )
    assert "--seed" in refused("--vary", "fusion=last", "--seed", "2")  # there is --seeds only
    assert shutil.os.listdir(tmp_path) == []


def test_seeds_alone(runs: list[FinishedRun], tmp_path: Path) -> None:
    """Without settings to vary there is one row: mean, standard deviation, and each run with the best on dev marked."""
    (cell,) = grid({}, runs[0].cell.settings)
    found = compare_runs([replace(run, cell=cell) for run in runs[:2]])
    assert (found.varied, len(found.frame), found.seeds) == ([], 1, 2)
    assert found.scores.latex.count(r"\\") == 2
    page = write_report(found, tmp_path, "bert-ner compare")[0].read_text(encoding="utf-8")
    assert page.startswith("# 1 setting on test\n")
    best = max(runs[:2], key=lambda run: run.record["scores"]["dev"]["conlleval"]["f1"])
    assert page.count("best on dev") == page.count(f"| seed-{best.seed} (best on dev) |") == 1
    assert "baseline" not in page
    assert [path.name for path in tmp_path.glob("*.png")] == ["comparison.png"]


def test_a_learning_curve(runs: list[FinishedRun], tmp_path: Path) -> None:
    cells = grid({"train_fraction": [0.1, 0.2, 0.5, 1.0]}, runs[0].cell.settings)
    changed = []
    for number, run in enumerate(runs):
        data = json.loads(json.dumps(run.record["data"]))
        data["train"]["sentences"] = 10 * 2 ** (number // 2)
        changed.append(replace(run, cell=cells[number // 2], record={**run.record, "data": data}))
    found = compare_runs(changed)
    (curve,) = found.learning_curves.values()
    assert curve.points["sentences"].tolist() == [10, 20, 40, 80]
    assert curve.points["f1"].tolist() == pytest.approx(found.frame["test_f1"].tolist())
    written = write_report(found, tmp_path, "bert-ner compare")
    assert written[-1].name == "learning-curve.png"
    assert "learning-curve.png" in written[0].read_text(encoding="utf-8")
    content = json.loads(written[2].read_text(encoding="utf-8"))
    assert content["learning_curves"][""]["twice_as_many"]["sentences"] == 160
    assert content["data"]["train"]["sentences"] == 80
