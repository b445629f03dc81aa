"""Benchmarks, in sizes in which they measure nothing."""

import io
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

import pytest
import torch

from benchmarks.timing import in_turn
from ner.model.model_folder import load_model, save_model

ROOT = Path(__file__).resolve().parents[1]


def test_two_calls_are_timed_in_turn() -> None:
    calls: list[str] = []

    def short() -> None:
        calls.append("short")

    def long() -> None:
        calls.append("long")
        sleep(0.02)

    times = in_turn(short, long, rounds=3)
    assert calls == ["short", "long"] * 4
    assert times.other_seconds >= 0.02 > times.seconds
    assert 1 < times.low <= times.ratio <= times.high


@pytest.fixture
def output_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a script of benchmarks/ in this process, which has imported PyTorch."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.setattr(os, "environ", os.environ.copy())

    def run(script: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        with redirect_stdout(io.StringIO()) as shown, pytest.raises(SystemExit) as end:
            runpy.run_path(f"benchmarks/{script}", run_name="__main__")
        assert not end.value.code
        return shown.getvalue()

    return run


@pytest.mark.slow
def test_the_benchmark_of_the_crf_runs(output_of: Callable[..., str]) -> None:
    sizes = ["--batch", "2", "--chars", "5", "--types", "1", "--rounds", "2", "--threads", "1", "--long", "20"]
    shown = output_of("crf_speed.py", *sizes)
    assert "2 x 5 characters, 5 tags" in shown
    for row in ("loss and gradient", "best tags", "one text of 20 characters"):
        assert row in shown


@pytest.mark.slow
def test_the_benchmark_of_exported_taggers_runs(
    output_of: Callable[..., str], model_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    model, table = load_model(model_folder)
    with torch.no_grad():
        model.classifier.weight.neg_()
    save_model(model, table, tmp_path / "other")
    both = [str(model_folder), str(tmp_path / "other")]  # it takes any tagger for an exported one
    shown = output_of("export_speed.py", str(model_folder), str(data_folder), *both, "--timed", "4", "--rounds", "2")
    assert "8 sentences, 64 characters, 34 of them timed" in shown
    equal = [float(share) for share in re.findall(r"([\d.]+)%", shown)]
    assert len(equal) == 2
    assert equal[0] == 100 > equal[1]


@pytest.mark.slow
def test_the_benchmark_of_training_runs(output_of: Callable[..., str], data_folder: Path) -> None:
    shown = output_of("training_speed.py", str(data_folder), "--sentences", "3", "--rounds", "2", "--threads", "1")
    assert "3 sentences, " in shown
    assert ", 1 batches" in shown
    for row in ("threads: 1", "random batches", "our batches"):
        assert row in shown


@pytest.mark.slow
def test_the_benchmark_of_waiting_threads_runs(
    output_of: Callable[..., str], data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def train(command: list[str], env: dict[str, str], **_: Any) -> "subprocess.CompletedProcess[str]":
        seen.append(env["GOMP_SPINCOUNT"])
        assert command[3:6] == ["train", "--data", str(data_folder)]
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", train)
    sizes = ["--steps", "1", "--rounds", "2", "--busy", "0", "--threads", "1"]
    assert "300,000 turns" in output_of("waiting.py", str(data_folder), *sizes)
    assert seen == ["10000", "300000"] * 3


@pytest.mark.slow
def test_the_benchmark_of_long_text_runs(output_of: Callable[..., str], model_folder: Path, data_folder: Path) -> None:
    shown = output_of("long_text.py", str(model_folder), str(data_folder), "--window", "16", "--longest", "200")
    assert "3 documents of two windows, 54 characters" in shown
    assert "found both with two windows of 16 and with one of 32: " in shown
    for row in ("F1 with two windows", "F1 with one window", "200"):
        assert row in shown


@pytest.mark.slow
def test_the_benchmark_of_tagging_runs(output_of: Callable[..., str], data_folder: Path) -> None:
    shown = output_of("tagging_speed.py", str(data_folder), "--sentences", "3", "--rounds", "2", "--threads", "1")
    assert "mini-zh: 3 sentences, 21 characters" in shown
    for part in ("times as fast", "outside the encoder", "matrix product"):
        assert part in shown


@pytest.mark.slow
def test_the_benchmark_of_growth_runs(output_of: Callable[..., str], model_folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("王小明在北京大学看书。\n张伟去上海。\n", encoding="utf-8")
    shown = output_of("growth.py", str(model_folder), str(text), "--megabytes", "0.01", "--part", "0.001")
    assert "peak memory after 0.005 MB: " in shown
    assert " 0.016 " in shown


@pytest.mark.slow
def test_the_benchmark_of_scoring_runs_and_checks_that_both_agree(
    output_of: Callable[..., str], tmp_path: Path
) -> None:
    shown = output_of("scoring_speed.py", "--lines", "1000", "--rounds", "2")
    assert "984 lines, 24 sentences; both scorers agree" in shown
    (tmp_path / "conlleval.pl").write_text('print "something else\\n";', encoding="utf-8")
    script = "benchmarks/scoring_speed.py"
    command = [sys.executable, script, "--lines", "1000", "--perl", str(tmp_path / "conlleval.pl")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "another report" in run.stderr or "perl" in run.stderr


@pytest.mark.slow
def test_the_benchmark_of_reading_runs(output_of: Callable[..., str], data_folder: Path) -> None:
    shown = output_of("reading_speed.py", str(data_folder), "--rounds", "2")
    assert "reading" in shown
    assert "encoding" in shown
    assert "both" in shown


@pytest.mark.slow
def test_the_benchmark_of_starting_runs(output_of: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run
    run = cache(lambda *command: real(command, capture_output=True, text=True, check=False))
    monkeypatch.setattr(subprocess, "run", lambda command, **_: run(*command))
    shown = output_of("startup.py", "--rounds", "2")
    assert "--help" in shown
    assert "tag --text" in shown


@pytest.mark.slow
def test_the_benchmark_of_shards_runs(output_of: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("张伟去上海。\n" * 100, encoding="utf-8")
    sizes = ["--megabytes", "1", "--rounds", "2", "--characters", "0", "--gigabytes", "0.01", "--shards", "50"]
    shown = output_of("scaling.py", str(tmp_path / "text.txt"), *sizes)
    for row in ("ms a shard", "50 shards, 1 of them left", "peak memory"):
        assert row in shown


@pytest.mark.slow
def test_the_benchmark_of_lists_runs(output_of: Callable[..., str], data_folder: Path) -> None:
    shown = output_of("dictionary.py", "compare", str(data_folder))
    for way in ("the list alone, longest match", "overwriting after decoding", "mode force", "inside the CRF"):
        assert len(re.findall(f"names: {way}.* \\| [0-9.]+ \\| [0-9.]+ \\| [0-9.]+\n", shown)) == 1
        assert f"half of the types wrong: {way}" in shown
    loaded = output_of("dictionary.py", "large", str(data_folder), "--terms", "500", "--rounds", "1")
    for part in ("500 terms: loaded in ", "peak memory ", "of the speed"):
        assert part in loaded
