"""`bert-ner tune`: search for the best settings."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import Data, options_on_command_line, read_options, training_settings, with_settings
from ner.data.read_options import ReadOptions
from ner.training.training_settings import TrainingSettings


@with_settings(settings=training_settings, reading=read_options)
def tune(
    ctx: typer.Context,
    data: Data,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Folder for the best model, its settings and the trials; it names the search."
        ),
    ],
    trials: Annotated[
        int, typer.Option(min=1, help="Go on until there are so many trials, those of earlier calls too.")
    ],
    storage: Annotated[
        str | None,
        typer.Option(help="URL of a database that several workers share.", show_default="SQLite in --output"),
    ] = None,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Search for the settings with the best dev F1: learning rates, batch size, epochs, dropout, fusion, BiLSTM size.

    Options of training that are given stay as they are, the others of these are searched. Test is never read. After
    Ctrl-C the same command goes on, and in several terminals it makes several workers.
    """
    from ner.commands.terminal_progress import TerminalProgress
    from ner.data.corpus import read_corpus
    from ner.extras import how_to_install, import_extra
    from ner.tuning.tune_settings import tune_settings

    import_extra("optuna", "tune", output)  # said before the data are read
    corpus = read_corpus(data, seed=settings.seed, options=reading, wanted=("train", "dev"))
    for note in corpus.notes:
        typer.echo(f"note: {note}", err=True)
    tuning = tune_settings(
        corpus,
        settings,
        trials=trials,
        output=output,
        fixed=options_on_command_line(ctx),
        storage=storage,
        progress=TerminalProgress(),
    )
    written = tuning.files
    typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        typer.echo(f"for plots: {how_to_install('plot')}, then the same command again")
    train = ["bert-ner", "train", "--data", data, "--output", "MODEL", "--config", written[0], "--seed", settings.seed]
    typer.echo(f"to train with the best settings: {shlex.join(map(str, train))}")
