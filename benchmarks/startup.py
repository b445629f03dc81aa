"""Compare the start-up time of commands with the time to import their libraries, in turn as processes."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from timing import in_turn


def main(
    model: Annotated[Path | None, typer.Option(help="Model folder of train, to time tag --text with it too.")] = None,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each is timed.")] = 5,
) -> None:
    """Time --help and tag --text, from the start of the process to its end."""
    command = [sys.executable, "-m", "cli"]
    torch, transformers = (
        [sys.executable, "-c", code] for code in ("import torch", "import transformers.modeling_utils")
    )
    tag = [*command, "tag", "--text", "王小明在北京大学读书。"]
    rows = [
        ("--help", [*command, "--help"], "import torch", torch),
        ("tag --text", tag, "import torch", torch),
    ]
    if model:
        own = [*tag, "--model", str(model)]
        rows += [
            ("tag --text --model", own, "import torch", torch),
            ("tag --text --model", own, "import transformers.modeling_utils", transformers),
        ]
    table = Table("", "seconds", "compared with", "seconds", "times as long", "quartiles")
    for name, ours, other_name, other in rows:
        times = in_turn(partial(_run, other), partial(_run, ours), rounds)
        spread = f"{times.low:.2f} to {times.high:.2f}"
        table.add_row(
            name, f"{times.other_seconds:.2f}", other_name, f"{times.seconds:.2f}", f"{times.ratio:.2f}", spread
        )
    Console().print(table)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)


if __name__ == "__main__":
    typer.run(main)
