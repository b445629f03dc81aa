"""Compare training with different spin counts of waiting threads, with other programs running. Linux only."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from machine import machine
from rich.console import Console
from rich.table import Table
from timing import in_turn

from ner.cpu_settings import set_up_libraries

OF_LIBGOMP = 300_000  # the default spin count of libgomp


def main(
    data: Annotated[Path, typer.Argument(help="Data folder to train on.")] = Path("data_demo"),
    steps: Annotated[int, typer.Option(min=1, help="Number of steps of a training run.")] = 20,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each kind of run is timed.")] = 3,
    threads: Annotated[int, typer.Option(min=1, help="Number of threads of a training run.")] = 2,
    busy: Annotated[
        list[int] | None, typer.Option(help="Number of other busy programs; can be repeated.  [default: 0, 2]")
    ] = None,
) -> None:
    """Time short runs of `bert-ner train` with its own spin count and with the default of libgomp."""
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        os.environ.pop(name, None)
    set_up_libraries()
    turns = os.environ["GOMP_SPINCOUNT"], str(OF_LIBGOMP)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    console = Console()
    console.print(machine("torch"), soft_wrap=True)
    table = Table("busy programs", f"{OF_LIBGOMP:,} turns s", "this s", "times as fast", "quartiles")
    for count in busy or (0, 2):
        others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
        try:
            times = in_turn(*(partial(_train, data, steps, number) for number in turns), rounds=rounds)
        finally:
            for other in others:
                other.kill()
                other.wait()
        seconds = (f"{seconds:.1f}" for seconds in (times.other_seconds, times.seconds))
        table.add_row(str(count), *seconds, f"{times.ratio:.1f}", f"{times.low:.1f} to {times.high:.1f}")
    console.print(table)


def _train(data: Path, steps: int, turns: str) -> None:
    with TemporaryDirectory() as folder:
        command = ["train", "--data", str(data), "--output", folder, "--max-steps", str(steps)]
        environment = os.environ | {"GOMP_SPINCOUNT": turns}
        run = subprocess.run(
            [sys.executable, "-m", "cli", *command], env=environment, capture_output=True, text=True, check=False
        )
    if run.returncode != 0:
        raise SystemExit(run.stderr)


if __name__ == "__main__":
    typer.run(main)
