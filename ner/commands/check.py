"""`bert-ner check`: find what is wrong or suspicious in a data set."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.exit_status import FOUND, INPUT_WRONG
from ner.commands.options import checked_options, with_settings
from ner.data.read_options import ReadOptions
from ner.training.training_settings import TrainingSettings

_DEFAULT = TrainingSettings()


@with_settings(reading=checked_options)
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
    fail_on_suspicions: Annotated[
        bool, typer.Option("--fail-on-suspicions", help="Exit with status 1 on suspicious labels too.")
    ] = False,
    *,
    reading: ReadOptions,
) -> None:
    """Find errors and suspicious labels in a data set, and say how to fix them.

    The exit status is 2 if something can't be read, 1 if there are errors, else 0.
    """
    from rich.console import Console

    from ner.checking.check_corpus import check_corpus
    from ner.commands.printing import print_check
    from ner.data.rewriting import refuse_existing

    if fix is not None:
        refuse_existing(fix)
    found = check_corpus(data, encoder=encoder, max_length=max_length, options=reading)
    written = []
    if report is not None:
        found.write_report(report)
        written.append(f"report: {report / 'check.html'}")
    if fix is not None:
        changes = found.write_repaired(fix)
        written.append(
            f"repaired copy: {fix}; {changes:,} change{'s' * (changes != 1)}, listed in {fix / 'changes.txt'}"
        )
    # Last, as its reader may stop early, such as head.
    print_check(found, Console())
    for line in written:
        typer.echo(line)
    if not found.is_readable:
        raise typer.Exit(INPUT_WRONG)
    if found.count("error") or (fail_on_suspicions and found.findings):
        raise typer.Exit(FOUND)
