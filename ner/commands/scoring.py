"""The commands that tell how good a model is, and what: evaluate, score, info."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ner.commands.options import Data, Encoding, Model, Precision, grouped, read_options
from ner.data.split import ReadOptions
from ner.errors import InputError
from ner.model.choices import BUILT_IN_TAGGER


def info(model: Model) -> None:
    """Tell what a model is, what it was trained on, and how much each layer of its encoder counts."""
    from rich.console import Console

    from ner.training.info import model_info, show_info

    show_info(model_info(model), Console())


@grouped(reading=read_options)
def evaluate(
    model: Annotated[
        list[Path],
        typer.Option(
            help=f"Model folder that bert-ner train wrote, or {BUILT_IN_TAGGER} (built in); give two to compare the "
            "second with the first."
        ),
    ],
    data: Data,
    split: Annotated[Literal["train", "dev", "test"], typer.Option(help="Which file of a folder to score.")] = "test",
    report: Annotated[
        Path | None, typer.Option(help="Folder for a page to read, the same as Markdown, and numbers as JSON and CSV.")
    ] = None,
    precision: Precision = "auto",
    *,
    reading: ReadOptions,
) -> None:
    """Score one trained model, or two side by side, on annotated data, as conlleval does."""
    if len(model) > 2:
        raise InputError(f"expected one --model or two, got {len(model)}; compare them in pairs")
    from ner.data.corpus import read_split, remarks

    gold = read_split(data, split, reading)
    from ner.evaluation.side_by_side import SideBySide
    from ner.evaluation.summary import confidence, summary
    from ner.evaluation.writing import write_report, write_side_by_side
    from ner.training.evaluating import report_on, train_beside

    for remark in remarks(gold):
        typer.echo(f"note: {remark}", err=True)
    train, no_train = train_beside(data, split, reading) if report else (None, "")
    reports = [report_on(folder, gold, precision, train, no_train) for folder in model]
    for one in reports:
        typer.echo(
            f"{one.background.predicted_by} on {gold.path}\n{summary(one.evaluation)}\n\n{confidence(one.evaluation)}\n"
        )
    if len(reports) == 2:
        both = SideBySide(*reports)
        typer.echo(f"A is {model[0]}, B is {model[1]}\n{both.verdict}")
        if report is not None:
            write_side_by_side(both, report)
    elif report is not None:
        write_report(reports[0], report)
    if report is not None:
        typer.echo(f"report: {report / 'report.html'}")


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
    from ner.evaluation.columns import read_predictions
    from ner.evaluation.summary import summary

    gold, evaluation, notes = read_predictions(file, encoding)
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{file}\n{summary(evaluation)}")
    if report is not None:
        from ner.evaluation.contents import Background, Report
        from ner.evaluation.writing import write_report

        write_report(Report(evaluation, Background(gold, "predicted column")), report)
        typer.echo(f"report: {report / 'report.html'}")
