"""The command line of bert-ner."""

from typing import Annotated

import typer

from ner.commands.bench import bench
from ner.commands.check import check
from ner.commands.compare import compare
from ner.commands.convert import convert
from ner.commands.embed import embed
from ner.commands.evaluate import evaluate
from ner.commands.exit_status import Commands
from ner.commands.export import export
from ner.commands.info import info
from ner.commands.merge import merge
from ner.commands.pretrain import pretrain
from ner.commands.score import score
from ner.commands.split import split
from ner.commands.tag import tag
from ner.commands.train import train
from ner.commands.tune import tune
from ner.cpu_settings import set_up_libraries
from ner.version import installed_version


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bert-ner {installed_version('bert-ner')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train, evaluate and apply Chinese named-entity taggers: BERT, BiLSTM and CRF, character by character."""
    set_up_libraries()


for command in (
    train,
    pretrain,
    compare,
    tune,
    info,
    evaluate,
    score,
    tag,
    export,
    bench,
    embed,
    check,
    convert,
    split,
    merge,
):
    app.command()(command)
