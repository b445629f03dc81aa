"""`bert-ner split`: one file into train, dev and test."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import (
    Losses,
    read_options,
    with_settings,
    write_options,
)
from ner.commands.printing import print_written
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions
from ner.training.training_settings import TrainingSettings

_DEFAULT = TrainingSettings()


@with_settings(reading=read_options, writing=write_options)
def split(
    file: Annotated[Path, typer.Argument(help="File to divide, or folder of brat's documents.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for train, dev and test; it must not exist.")],
    dev: Annotated[float, typer.Option(help="Share of dev.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of test.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = _DEFAULT.seed,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: WriteOptions,
) -> None:
    """Divide a file into train, dev and test that are alike in types; documents and equal texts stay whole."""
    from ner.data.rewriting import divide_file

    divided = divide_file(file, output, reading, writing, dev=dev, test=test, seed=seed)
    print_written(divided, losses)
