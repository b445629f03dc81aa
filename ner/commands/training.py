"""The commands that make models: train, pretrain, compare, tune."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import RUN, Data, given_options, grouped, read_options
from ner.commands.pretraining_options import pretraining_settings
from ner.commands.training_options import training_settings
from ner.data.split import ReadOptions
from ner.pretraining.settings import PretrainingSettings
from ner.training.settings import TrainingSettings

_DEFAULT = TrainingSettings()


@grouped(settings=training_settings, reading=read_options)
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
    from ner.evaluation.summary import summary
    from ner.training.train import train as run_training

    run = run_training(corpus, replace(settings, seed=seed), output, resume=resume, console=Console())
    for split, evaluation in run.evaluations.items():
        typer.echo(f"\n{split}\n{summary(evaluation)}")
    typer.echo(f"\nmodel and reports are in {output} ({run.record['minutes']:.1f} minutes of training)")


@grouped(settings=pretraining_settings)
def pretrain(
    text: Annotated[
        list[str],
        typer.Option(
            metavar="FILE...",
            help="Text, a paragraph a line, plain or gzipped; several files are mixed by size, FILE=2 counts twice.",
        ),
    ],
    output: Annotated[
        Path, typer.Option(help="Folder for the encoder; never emptied, refused if it holds another model.")
    ],
    # A pattern such as *.txt becomes several names, of which an option takes one.
    more_text: Annotated[list[str] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of the text, such as gb18030.")] = "utf-8",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run in --output.", rich_help_panel=RUN)
    ] = False,
    *,
    settings: PretrainingSettings,
) -> None:
    """Teach an encoder the language of your text, for train --encoder: from masked or replaced characters.

    One of --minutes and --steps says when the run is over; the learning rate is 0 by then.
    """
    from rich.console import Console

    from ner.pretraining.pretrain import pretrain as run_pretraining
    from ner.pretraining.text import parse_source

    sources = [parse_source(name) for name in (*text, *(more_text or []))]
    run_pretraining(sources, settings, output, encoding=encoding, resume=resume, console=Console())
    typer.echo(f"the encoder is in {output}: bert-ner train --encoder {output} --data DIR --output MODEL")


@grouped(settings=training_settings, reading=read_options)
def compare(
    data: Data,
    output: Annotated[Path, typer.Option(help="Folder for the models and the comparison; what is finished is kept.")],
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=VALUE,VALUE",
            help="Values of an option of training to try; given several times, all combinations are tried.",
        ),
    ],
    seeds: Annotated[int, typer.Option(min=1, help="Train each combination with the seeds 1, 2 and so on.")] = 3,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Train with every combination of some options and several seeds, and tell differences from chance.

    After Ctrl-C the same command goes on.
    """
    from rich.console import Console

    from ner.comparing.grid import grid
    from ner.data.corpus import read_corpus

    cells = grid(vary, settings)
    corpus = read_corpus(data, settings.seed, reading)
    from ner.comparing.report import show, write_report
    from ner.comparing.run import run_grid
    from ner.comparing.statistics import compare as compare_runs

    for note in corpus.notes:
        typer.echo(f"note: {note}")
    console = Console()
    comparison = compare_runs(run_grid(corpus, cells, seeds, output, console))
    show(comparison, console)
    written = write_report(comparison, output, shlex.join(["bert-ner", *sys.argv[1:]]))
    typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        typer.echo('for a plot: pip install "bert-ner[plot]", then the same command again')


@grouped(settings=training_settings, reading=read_options)
def tune(
    ctx: typer.Context,
    data: Data,
    output: Annotated[
        Path, typer.Option(help="Folder for the best model, its settings and the trials; it names the search.")
    ],
    trials: Annotated[
        int, typer.Option(min=1, help="Go on until there are so many trials, those of earlier calls too.")
    ],
    storage: Annotated[
        str | None,
        typer.Option(help="URL of a database that several workers share.", show_default="SQLite in --output"),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the search, of each training run, and of the dev split.", rich_help_panel=RUN)
    ] = _DEFAULT.seed,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Search for the settings with the best dev F1: learning rates, batch size, epochs, dropout, fusion, BiLSTM size.

    Options of training that are given stay as they are, the others of these are searched. Test is never read. After
    Ctrl-C the same command goes on, and in several terminals it makes several workers.
    """
    from rich.console import Console

    from ner.data.corpus import read_corpus
    from ner.data.formats.extras import import_extra

    import_extra("optuna", "tune", output)
    from ner.tuning.report import write_report
    from ner.tuning.search import search

    corpus = read_corpus(data, seed, reading, wanted=("train", "dev"))
    for note in corpus.notes:
        typer.echo(f"note: {note}")
    settings = replace(settings, seed=seed)
    study = search(corpus, settings, given_options(ctx), trials, output, storage, Console())
    written = write_report(study, settings, output)
    typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        typer.echo('for plots: pip install "bert-ner[plot]", then the same command again')
    train = ["bert-ner", "train", "--data", data, "--output", "MODEL", "--config", written[0], "--seed", seed]
    typer.echo(f"to train with the best settings: {shlex.join(map(str, train))}")
