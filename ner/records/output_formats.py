"""The formats of tagged texts, and opening a file in one of them."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TextIO, get_args

from ner.errors import InputError
from ner.files import atomic_path, atomic_writer, grant_usual_rights, is_special
from ner.records.entity_writers import ConllWriter, JsonLinesWriter, Writer
from ner.records.html_writer import HtmlWriter
from ner.records.sentence_writer import SentenceWriter
from ner.records.table_writers import CsvWriter, ExcelWriter, ParquetWriter

TextFormat = Literal["jsonl", "conll", "csv", "html"]
FormatName = Literal[TextFormat, "xlsx", "parquet"]

_ESCAPED = "backslashreplace"  # bytes of file names that are not UTF-8; texts have none


def choose_format(output: Path | None, format_name: FormatName | None) -> FormatName:
    """The format of the output: that of its ending. For standard output, a device or a pipe, it is `format_name`.

    Raises:
        InputError: the ending is unknown, or of another format than `format_name`.
    """
    if output is None or is_special(output):
        if format_name == "parquet":
            raise InputError("parquet needs a file, or a folder of shards: set `output`")
        return format_name or "jsonl"
    ending = output.suffix[1:].lower()
    for name in get_args(FormatName):
        if ending == name:
            if format_name not in (None, name):
                raise InputError(
                    f"{output} will be {name}: leave out `format_name` {format_name}, or name it otherwise"
                )
            return name  # type: ignore[no-any-return]
    endings = ", ".join(f".{name}" for name in get_args(FormatName))
    raise InputError(f"{output}: expected `output` to end in one of {endings}, which decides the format")


@contextmanager
def open_writer(
    output: Path | None,
    format_name: FormatName,
    columns: Sequence[str] = (),
    types: Sequence[str] = (),
    *,
    context: int = 0,
    lexicon: Sequence[str] = (),
    sentence: bool = False,
    raw: bool = False,
    bom: bool = True,
    header: bool = True,
    partial: Callable[[], Path | None] = lambda: None,
) -> Iterator[Writer]:
    """Open the output, which appears when the block ends.

    Args:
        output: the file; None for standard output, which is written at once.
        format_name: the format.
        columns: the names of other fields of the records, for tables.
        types: the types that entities may have, for the colours of a page.
        context: the number of characters around an entity that are written with it; 0 for none.
        lexicon: the attributes of `Entity` that a lexicon fills and that are written, such as `source` and `id`.
        sentence: whether each sentence becomes a record: see `ner.records.sentence_writer`.
        raw: whether cells of CSV that a spreadsheet would take for a formula stay as they are, without an apostrophe.
        bom: whether a CSV file begins with the mark by which spreadsheets recognise UTF-8.
        header: whether a CSV file has the mark and the names of the columns: only the first of several parts has them.
        partial: gives the file to keep JSON lines or CSV in if the block ends with a KeyboardInterrupt, None for none.

    Raises:
        InputError: a package for the format is not installed.
        OSError: the output can't be written.
    """
    writer: Writer
    if output is not None and format_name in ("xlsx", "parquet"):
        make = ExcelWriter if format_name == "xlsx" else ParquetWriter
        with atomic_path(output) as path:
            writer = make(path, columns, context, lexicon=lexicon, sentence=sentence)
            try:
                yield SentenceWriter(writer) if sentence else writer
            except BaseException:
                writer.give_up()
                raise
            writer.end()
        return
    with open_text(output, "utf-8-sig" if format_name == "csv" and bom and header else "utf-8") as file:
        if format_name == "csv":
            writer = CsvWriter(file, columns, context, lexicon=lexicon, sentence=sentence, raw=raw, header=header)
        elif format_name == "html":
            writer = HtmlWriter(file, types)
        else:
            writer = JsonLinesWriter(file, context, lexicon) if format_name == "jsonl" else ConllWriter(file)
        try:
            yield SentenceWriter(writer) if sentence else writer
        except KeyboardInterrupt:
            if (kept := partial()) is not None:
                file.flush()
                grant_usual_rights(Path(file.name))
                Path(file.name).replace(kept)
            raise
        writer.end()


def lexicon_columns(*, listed: bool, explain: bool = False) -> tuple[str, ...]:
    """The attributes of `Entity` to write: none without a list or rules, and with `explain` the score without them."""
    return ("source", "id", *(("model_score",) if explain else ())) if listed else ()


def partial_output(output: Path | None, format_name: FormatName) -> Path | None:
    """Where to keep what is whole of an output that is stopped: entities.partial.csv. None if its half is of no use."""
    if output is None or is_special(output) or format_name not in ("jsonl", "csv"):
        return None
    return output.with_suffix(f".partial{output.suffix}")


@contextmanager
def open_text(output: Path | None, encoding: str) -> Iterator[TextIO]:
    """Open a text file, which appears when the block ends; None for standard output, which is written at once.

    Raises:
        OSError: the file can't be written.
    """
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # the same bytes as in files, in any locale
            sys.stdout.reconfigure(encoding="utf-8", errors=_ESCAPED, newline="")
        yield sys.stdout
        sys.stdout.flush()
        return
    with atomic_writer(output, encoding, errors=_ESCAPED) as file:
        yield file
