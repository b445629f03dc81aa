"""`bert-ner train`: make a tagger."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import RUN, Data, read_options, with_settings
from ner.commands.training_options import training_settings
from ner.data.data_split import ReadOptions
from ner.training.training_settings import TrainingSettings

_DEFAULT = TrainingSettings()


@with_settings(settings=training_settings, reading=read_options)
def train(
    data: Data,
    output: Annotated[
        Path, typer.Option(help="Folder for the model; never emptied, refused if it holds another model.")
    ],
    seed: Annotated[
        int,
        typer.Option(
            help="Seed of the weights, the order, and the dev split where there is no dev file.", rich_help_panel=RUN
        ),
    ] = _DEFAULT.seed,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run in --output.", rich_help_panel=RUN)
    ] = False,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Train a tagger, keep its best epoch by dev F1, and evaluate it on dev and test."""
    from rich.console import Console

    from ner.data.corpus import read_corpus

    corpus = read_corpus(data, seed, reading)
    from ner.evaluation.terminal_summary import format_summary
    from ner.training.train import train as run_training

    run = run_training(corpus, replace(settings, seed=seed), output, resume=resume, console=Console())
    for split, evaluation in run.evaluations.items():
        typer.echo(f"\n{split}\n{format_summary(evaluation)}")
    typer.echo(f"\nmodel and reports are in {output} ({run.record['minutes']:.1f} minutes of training)")
