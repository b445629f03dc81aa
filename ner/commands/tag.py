"""`bert-ner tag`: find entities in text."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ner.choices import BATCH_CHARACTERS, BUILT_IN_TAGGER
from ner.commands.options import Encoding, From, Precision, TextColumn
from ner.errors import InputError


def tag(
    files: Annotated[
        list[str] | None, typer.Argument(help="Text files, a record a line; - for standard input.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="Model folder that bert-ner train or export wrote.", show_default=f"{BUILT_IN_TAGGER}, built in"
        ),
    ] = None,
    text: Annotated[list[str] | None, typer.Option(help="A text to tag; may be given several times.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write; it appears when all is done.", show_default="standard output")
    ] = None,
    format_name: Annotated[
        Literal["jsonl", "conll", "csv", "html"],
        typer.Option(
            "--format", help="JSON a line, a character and its tag a line, a row an entity, or a page to read."
        ),
    ] = "jsonl",
    min_score: Annotated[
        float, typer.Option(help="Leave out entities with a score below this.", min=0.0, max=1.0)
    ] = 0.0,
    nbest: Annotated[
        int, typer.Option(help="Add so many readings of each text, with their probabilities; in JSON.", min=0)
    ] = 0,
    text_column: TextColumn = None,
    from_: From = None,
    encoding: Encoding = "utf-8",
    precision: Precision = "auto",
    threads: Annotated[int | None, typer.Option(help="Threads of the CPU.", min=1, show_default="all cores")] = None,
    batch_characters: Annotated[
        int, typer.Option(help="Characters that the network reads at once; bert-ner bench compares some.", min=1)
    ] = BATCH_CHARACTERS,
) -> None:
    """Find the entities in text files of any size: lines, JSON lines, CSV, Parquet, or sentences of annotated files."""
    if bool(files) == bool(text):
        raise InputError("expected text files (or - for standard input) or --text, one of the two")
    if text and (text_column or from_):
        raise InputError("--text is the text itself: leave out --text-column and --from")
    if nbest and format_name != "jsonl":
        raise InputError(
            f"{format_name} has no place for several readings: leave out --nbest, or --format {format_name}"
        )
    from ner.commands.terminal_progress import TerminalProgress
    from ner.records.record_progress import RecordProgress
    from ner.records.text_sources import check_files, read_records, text_records, total_bytes
    from ner.tagging.tag_records import tag_records as run_tagging

    check_files(files or [], encoding, text_column, from_)
    from ner.tagging.tagger import Tagger

    records = text_records(text) if text else read_records(files or [], encoding, text_column, from_)
    tagger = Tagger.load(model, precision, threads, batch_characters)
    if model is None:
        typer.echo(f"note: tagged by {BUILT_IN_TAGGER}, built in; --model takes a tagger of your own", err=True)
    with RecordProgress(TerminalProgress(), "tagging", total_bytes(files or [], from_), encoding) as progress:
        run_tagging(tagger, records, output, format_name, progress.advance, min_score=min_score, nbest=nbest)
