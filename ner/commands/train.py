"""`bert-ner train`: make a tagger."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import RUN, Data, read_options, training_settings, with_settings
from ner.data.read_options import ReadOptions
from ner.training.training_settings import TrainingSettings


@with_settings(settings=training_settings, reading=read_options)
def train(
    data: Data,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Folder for the model; never emptied, refused if it holds another model."),
    ],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run in --output.", rich_help_panel=RUN)
    ] = False,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Train a tagger, keep its best epoch by dev F1, and evaluate it on dev and test."""
    from ner.commands.terminal_progress import TerminalProgress
    from ner.data.corpus import read_corpus

    corpus = read_corpus(data, seed=settings.seed, options=reading)
    from ner.evaluation.terminal_summary import format_summary
    from ner.training.train import train as run_training

    run = run_training(corpus, settings, output, resume=resume, progress=TerminalProgress())
    for split, evaluation in run.evaluations.items():
        typer.echo(f"\n{split}\n{format_summary(evaluation)}")
    typer.echo(f"\nmodel and reports are in {output} ({run.record['minutes']:.1f} minutes of training)")
