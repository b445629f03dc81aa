"""`bert-ner merge`: several data sets into one."""

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


@with_settings(reading=read_options, writing=write_options)
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Files, or folders with a file for each split.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File or folder to write; it must not exist.")],
    types: Annotated[
        Path | None, typer.Option(help="CSV of two columns: a type, and what it becomes (nothing drops it).")
    ] = None,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: WriteOptions,
) -> None:
    """Make one data set of several, with their types under common names and repeated sentences once."""
    from ner.data.rewriting import merge_files

    print_written(merge_files(sources, output, reading, writing, types=types), losses)
