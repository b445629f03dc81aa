"""`bert-ner score`: score the predictions of any tool."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import Encoding
from ner.errors import InputError


def score(
    file: Annotated[
        Path,
        typer.Argument(help="Columns of a token, its gold tag and its predicted tag; a blank line between sentences."),
    ],
    report: Annotated[Path | None, typer.Option(help="Folder for the report, as of evaluate.")] = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Score the predictions of any tool, from a file with gold and predicted tags, as conlleval does."""
    if report is not None and file.resolve().parent == report.resolve():
        raise InputError(f"--report {report} is the folder of {file}: name another, so that nothing is written over it")
    from ner.evaluation.predictions_file import read_predictions
    from ner.evaluation.terminal_summary import format_summary

    gold, evaluation, notes = read_predictions(file, encoding)
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{file}\n{format_summary(evaluation)}")
    if report is not None:
        from ner.evaluation.evaluation_report import Background, Report
        from ner.evaluation.report_files import write_report

        write_report(Report(evaluation, Background(gold, "predicted column")), report)
        typer.echo(f"report: {report / 'report.html'}")
