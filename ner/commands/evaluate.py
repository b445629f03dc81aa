"""`bert-ner evaluate`: score a model on annotated text."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ner.choices import BUILT_IN_TAGGER
from ner.commands.options import Data, Precision, read_options, with_settings
from ner.data.read_options import ReadOptions
from ner.errors import InputError


@with_settings(reading=read_options)
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
    from ner.data.corpus import notes_on_split, read_split

    gold = read_split(data, split, reading)
    from ner.evaluation.report_files import write_report, write_side_by_side
    from ner.evaluation.side_by_side import SideBySide
    from ner.evaluation.terminal_summary import format_confidence, format_summary
    from ner.evaluation.train_split import find_train_split
    from ner.tagging.tagger import Tagger

    for remark in notes_on_split(gold):
        typer.echo(f"note: {remark}", err=True)
    train, no_train = find_train_split(data, split, reading) if report else (None, "")
    reports = [Tagger.load(folder, precision).evaluate(gold).report(train, no_train) for folder in model]
    for one in reports:
        typer.echo(f"{one.background.predicted_by} on {gold.path}\n{format_summary(one.evaluation)}\n")
        typer.echo(f"{format_confidence(one.evaluation)}\n")
    if len(reports) == 2:
        both = SideBySide(*reports)
        typer.echo(f"A is {model[0]}, B is {model[1]}\n{both.verdict}")
        if report is not None:
            write_side_by_side(both, report)
    elif report is not None:
        write_report(reports[0], report)
    if report is not None:
        typer.echo(f"report: {report / 'report.html'}")
