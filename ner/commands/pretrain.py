"""`bert-ner pretrain`: make an encoder."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import RUN, pretraining_settings, with_settings
from ner.pretraining.pretraining_settings import PretrainingSettings


@with_settings(settings=pretraining_settings)
def pretrain(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Text files, one paragraph per line, plain or gzipped, mixed by size. FILE=2 counts twice.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Folder for the encoder; never emptied, refused if it holds another model."
        ),
    ],
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
    from ner.commands.terminal_progress import TerminalProgress
    from ner.pretraining.pretrain import pretrain as run_pretraining
    from ner.pretraining.text import parse_source

    sources = [parse_source(name) for name in files]
    run_pretraining(sources, settings, output, encoding=encoding, resume=resume, progress=TerminalProgress())
    typer.echo(f"the encoder is in {output}: bert-ner train --encoder {output} --data DIR --output MODEL")
