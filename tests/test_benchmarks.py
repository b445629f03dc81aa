"""Benchmarks, in sizes in which they measure nothing."""

import subprocess
import sys
from pathlib import Path
from time import sleep

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


def test_the_benchmark_of_the_crf_runs() -> None:
    sizes = ["--batch", "2", "--chars", "5", "--types", "1", "--rounds", "2", "--threads", "1", "--long", "20"]
    run = subprocess.run(
        [sys.executable, "benchmarks/crf.py", *sizes], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "2 x 5 characters, 5 tags" in run.stdout
    for row in ("loss and gradient", "best tags", "one text of 20 characters"):
        assert row in run.stdout
