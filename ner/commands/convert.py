"""`bert-ner convert`: annotated text in another format."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import (
    FORMAT,
    Losses,
    read_options,
    with_settings,
    write_options,
)
from ner.commands.printing import print_written
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions


@with_settings(reading=read_options, writing=write_options)
def convert(
    source: Annotated[Path, typer.Argument(help="File to read, or folder with a file for each split.")],
    target: Annotated[Path, typer.Argument(help="File or folder to write; it must not exist.")],
    by_line: Annotated[
        bool, typer.Option("--by-line", help="Cut texts at line ends into a sentence a line.", rich_help_panel=FORMAT)
    ] = False,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: WriteOptions,
) -> None:
    """Write annotated text in another format; docs/reference/formats.md shows all of them."""
    from ner.data.rewriting import convert_files

    print_written(convert_files(source, target, reading, writing, by_line=by_line), losses)
