"""`bert-ner compare`: settings against each other."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import Data, compared_settings, read_options, with_settings
from ner.data.read_options import ReadOptions
from ner.training.training_settings import TrainingSettings


@with_settings(settings=compared_settings, reading=read_options)
def compare(
    data: Data,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the models and the comparison; what is finished is kept.")
    ],
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

    from ner.commands.printing import print_comparison
    from ner.commands.terminal_progress import TerminalProgress
    from ner.comparing.grid import grid, parse_vary
    from ner.data.corpus import read_corpus

    varied = parse_vary(vary)
    grid(varied, settings)  # what is wrong with it is told before the data are read
    corpus = read_corpus(data, seed=settings.seed, options=reading)
    from ner.comparing.compare_settings import compare_settings
    from ner.extras import how_to_install

    for note in corpus.notes:
        typer.echo(f"note: {note}", err=True)
    comparison = compare_settings(corpus, settings, varied, seeds=seeds, output=output, progress=TerminalProgress())
    print_comparison(comparison, Console())
    written = comparison.write_report(output, command=shlex.join(["bert-ner", *sys.argv[1:]]))
    typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        typer.echo(f"for a plot: {how_to_install('plot')}, then the same command again")
