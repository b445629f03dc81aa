"""Benchmarks, in sizes in which they measure nothing."""

import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from benchmarks.timing import in_turn

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


def output_of(script: str, *arguments: str) -> str:
    command = [sys.executable, f"benchmarks/{script}", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_benchmark_of_the_crf_runs() -> None:
    sizes = ["--batch", "2", "--chars", "5", "--types", "1", "--rounds", "2", "--threads", "1", "--long", "20"]
    shown = output_of("crf.py", *sizes)
    assert "2 x 5 characters, 5 tags" in shown
    for row in ("loss and gradient", "best tags", "one text of 20 characters"):
        assert row in shown


def test_the_benchmark_of_training_runs(data_folder: Path) -> None:
    shown = output_of("training.py", str(data_folder), "--sentences", "3", "--rounds", "2", "--threads", "1")
    assert "3 sentences, " in shown
    assert ", 1 batches" in shown
    for row in ("threads: 1", "batches at random", "our batches"):
        assert row in shown


@pytest.mark.slow
def test_the_benchmark_of_waiting_threads_runs(data_folder: Path) -> None:
    shown = output_of("waiting.py", str(data_folder), "--steps", "1", "--rounds", "2", "--busy", "1")
    assert "300,000 turns" in shown


def test_the_benchmark_of_long_text_runs(model_folder: Path, data_folder: Path) -> None:
    shown = output_of("long_text.py", str(model_folder), str(data_folder), "--window", "16", "--longest", "200")
    assert "3 documents of two windows, 54 characters" in shown
    assert "the same through two windows of 16 and one of 32: " in shown
    for row in ("F1 through two windows", "F1 through one window", "200"):
        assert row in shown
