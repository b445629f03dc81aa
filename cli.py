"""The command line of bert-ner."""

from typing import Annotated

import typer

from ner.commands.data import check, convert, merge, split
from ner.commands.failing import Commands
from ner.commands.scoring import evaluate, info, score
from ner.commands.tagging import bench, embed, export, tag
from ner.commands.training import compare, pretrain, train, tune
from ner.libraries import set_up_libraries
from ner.version import installed_version


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bert-ner {installed_version('bert-ner')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
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


if __name__ == "__main__":
    app()
