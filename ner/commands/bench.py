"""`bert-ner bench`: how fast a model tags here."""

from pathlib import Path
from typing import Annotated

import typer

from ner.choices import BUILT_IN_TAGGER
from ner.commands.options import Encoding, From, Model, TextColumn


def bench(
    model: Model = Path(BUILT_IN_TAGGER),
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files like those to be tagged; some 16,000 characters of them count.",
            show_default="made-up text",
        ),
    ] = None,
    text_column: TextColumn = None,
    from_: From = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Measure how fast a model tags on this machine, by number format, threads and batch, and say what to take."""
    from rich.console import Console

    from ner.commands.printing import print_bench
    from ner.commands.terminal_progress import TerminalProgress
    from ner.records.text_sources import check_files, read_records
    from ner.tagging.speed import bench as run_bench

    check_files(files or [], encoding, text_column, from_)
    texts = (record.text for record in read_records(files or [], encoding, text_column, from_))
    print_bench(run_bench(model, texts, TerminalProgress()), Console())
