"""The commands on annotated files: check, convert, split, merge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ner.commands.failing import INPUT_WRONG, SUSPICIOUS
from ner.commands.options import (
    FORMAT,
    Encoding,
    From,
    Losses,
    TagColumn,
    TokenColumn,
    grouped,
    read_options,
    write_options,
)
from ner.data.split import ReadOptions
from ner.training.settings import TrainingSettings

if TYPE_CHECKING:
    from ner.data.rewriting import Rewritten, WriteOptions

_DEFAULT = TrainingSettings()


def check(
    data: Annotated[
        Path, typer.Argument(help="Folder with files whose names say train, dev and test; or one such file.")
    ],
    encoder: Annotated[
        str, typer.Option(help="Encoder whose unknown characters are counted: mini-zh, a folder or a hub name.")
    ] = _DEFAULT.encoder,
    max_length: Annotated[
        int, typer.Option(help="Count sentences that are longer; train reads them in windows of its --max-length.")
    ] = _DEFAULT.max_length,
    report: Annotated[Path | None, typer.Option(help="Folder for check.html and check.json.")] = None,
    fix: Annotated[
        Path | None, typer.Option(help="Folder for a repaired copy, with changes.txt; it must not exist.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with status 1 if anything is wrong or suspicious.")
    ] = False,
    from_: From = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Tell what is wrong or suspicious in a data set, and what to do about it.

    The exit status is 2 if something can't be read, 1 with --strict if anything was found, else 0.
    """
    from rich.console import Console

    from ner.checking.check import check as run_check
    from ner.checking.repair import write_repaired
    from ner.checking.report import show, write_report
    from ner.data.corpus import examine_splits
    from ner.data.rewriting import refuse_existing
    from ner.model.encoder import load_characters

    if fix is not None:
        refuse_existing(fix)
    splits = examine_splits(data, ReadOptions(from_, encoding, token_column, tag_column))
    found = run_check(splits, load_characters(encoder), max_length)
    written = []
    if report is not None:
        write_report(found, report)
        written.append(f"report: {report / 'check.html'}")
    if fix is not None:
        changes = write_repaired(splits.values(), fix)
        written.append(
            f"repaired copy: {fix}; {changes:,} change{'s' * (changes != 1)}, listed in {fix / 'changes.txt'}"
        )
    # Last, as its reader may stop early, such as head.
    show(found, Console())
    for line in written:
        typer.echo(line)
    if any(split.faults for split in splits.values()):
        raise typer.Exit(INPUT_WRONG)
    if strict and found.findings:
        raise typer.Exit(SUSPICIOUS)


@grouped(reading=read_options, writing=write_options)
def convert(
    source: Annotated[Path, typer.Argument(help="File to read, or folder with a file for each split.")],
    target: Annotated[Path, typer.Argument(help="File or folder to write; it must not exist.")],
    by_line: Annotated[
        bool, typer.Option("--by-line", help="Cut texts at line ends into a sentence a line.", rich_help_panel=FORMAT)
    ] = False,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: "WriteOptions",
) -> None:
    """Write annotated text in another format; docs/formats.md shows all of them."""
    from ner.data.rewriting import convert_files

    _tell(convert_files(source, target, reading, writing, by_line=by_line), losses)


@grouped(reading=read_options, writing=write_options)
def split(
    file: Annotated[Path, typer.Argument(help="File to divide, or folder of brat's documents.")],
    output: Annotated[Path, typer.Option(help="Folder for train, dev and test; it must not exist.")],
    dev: Annotated[float, typer.Option(help="Share of dev.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of test.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = _DEFAULT.seed,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: "WriteOptions",
) -> None:
    """Divide a file into train, dev and test that are alike in types; documents and equal texts stay whole."""
    from ner.data.rewriting import divide_file

    divided = divide_file(file, output, reading, writing, dev=dev, test=test, seed=seed)
    _tell(divided, losses)


@grouped(reading=read_options, writing=write_options)
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Files, or folders with a file for each split.")],
    output: Annotated[Path, typer.Option(help="File or folder to write; it must not exist.")],
    types: Annotated[
        Path | None, typer.Option(help="CSV of two columns: a type, and what it becomes (nothing drops it).")
    ] = None,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: "WriteOptions",
) -> None:
    """Make one data set of several, with their types under common names and repeated sentences once."""
    from ner.data.rewriting import merge_files

    _tell(merge_files(sources, output, reading, writing, types=types), losses)


def _tell(written: "Rewritten", losses: Path | None) -> None:
    """What was written on standard output; what it doesn't hold on standard error, and all of it in `losses`."""
    from ner.data.findings import listed
    from ner.files import atomic_writer

    for note in written.notes:
        typer.echo(f"note: {note}", err=True)
    for line in listed(written.losses, most=10):
        typer.echo(line, err=True)
    if losses is not None:
        with atomic_writer(losses) as file:
            file.writelines(f"{loss.kind}: {loss}\n" for loss in written.losses)
    for path, (sentences, entities) in written.files.items():
        typer.echo(f"{path}: {sentences:,} sentences, {entities:,} entities")
