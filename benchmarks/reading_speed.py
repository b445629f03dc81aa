"""Time the steps before training: reading and checking a data folder, and encoding its sentences."""

from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from ner.choices import BUILT_IN_ENCODER
from ner.data.corpus import read_splits
from ner.data.data_split import Split
from ner.model.load_encoder import load_characters
from ner.model.network_config import BertBiLstmCrfConfig
from ner.training.training_examples import Examples
from ner.training.training_settings import TrainingSettings

_Result = TypeVar("_Result")


def main(
    data: Annotated[Path, typer.Argument(help="Data folder, or a single file.")],
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each step is timed.")] = 5,
) -> None:
    """Read all files of a folder and encode their sentences for the built-in encoder."""
    table = load_characters(BUILT_IN_ENCODER)
    reading, splits = _timed(lambda: read_splits(data), rounds)
    types = sorted({type_ for split in splits.values() for type_ in split.types})
    config = BertBiLstmCrfConfig(types=types, window=TrainingSettings().max_length)
    encoding, _ = _timed(lambda: [Examples(split.sentences, table, config) for split in splits.values()], rounds)
    both = [a + b for a, b in zip(reading, encoding, strict=True)]
    lines = sum(map(_lines, splits.values()))
    shown = Table(
        "", "seconds", "quartiles", "lines per second", title=f"{data}: {lines:,} characters and sentence ends"
    )
    for name, seconds in (("reading", reading), ("encoding", encoding), ("both", both)):
        low, median, high = quantiles(seconds, n=4, method="inclusive")
        shown.add_row(name, f"{median:.2f}", f"{low:.2f} to {high:.2f}", f"{lines / median:,.0f}")
    Console().print(shown)


def _timed(call: Callable[[], _Result], rounds: int) -> tuple[list[float], _Result]:
    seconds, result = list[float](), call()
    for _ in range(rounds):
        began = perf_counter()
        result = call()
        seconds.append(perf_counter() - began)
    return seconds, result


def _lines(split: Split) -> int:
    """The number of lines of a split in a format with one character on each line."""
    return split.characters + len(split.sentences)


if __name__ == "__main__":
    typer.run(main)
