"""Reading the texts to tag, one by one: lines, JSON lines, rows of a table, or sentences of an annotated file."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

from ner.bounded_json import has_half_character, parse_json
from ner.data.bounded_parquet import BoundedParquet
from ner.data.corpus import read_file
from ner.data.formats.registry import format_by_suffix
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import check_encoding, decode, read_bytes, refuse_carriage_returns, without_byte_order_mark
from ner.errors import InputError
from ner.records.record import Record

STANDARD_INPUT = "-"
LONGEST_LINE = 10_000_000
"""Characters. The longest novels have half of them; what is longer is no text, and a file without line ends."""
_JSON_LINES = (".jsonl", ".ndjson")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_PARQUET = ".parquet"
_OF_TEXTS = (".txt", *_JSON_LINES, *_DELIMITERS, _PARQUET)
_TEXT = "text"


def check_files(names: Iterable[str], encoding: str, text_column: str | None = None, format: str | None = None) -> None:
    """Check files and parameters before anything is read.

    Args:
        names: see `read_records`.
        encoding: see `read_records`.
        text_column: see `read_records`.
        format: see `read_records`.

    Raises:
        InputError: the encoding doesn't exist, or some files can't be read in this way. The message lists all of them.
    """
    check_encoding(encoding)
    names = [*names]
    problems = []
    if names.count(STANDARD_INPUT) > 1:
        problems.append("standard input can be read once: name `-` once")
    for name in names:
        path = Path(name)
        suffix = path.suffix.lower()
        if format and text_column:
            problems.append(f"{name}: `format` {format} defines where the text is: leave out `text_column`")
        elif name == STANDARD_INPUT and (format or text_column):
            problems.append("standard input is read as lines of text: leave out `format` and `text_column`")
        elif name == STANDARD_INPUT:
            continue
        elif not path.exists():
            problems.append(f"there is no file {name}")
        elif format:
            continue
        elif path.is_dir():
            problems.append(
                f"{name} is a folder: give the files in it, for example {path / '*.txt'}, or set `format` to brat"
            )
        elif suffix == ".json":
            problems.append(f"{name}: set `format` to the JSON format of the file, for example label-studio")
        elif suffix in (*_DELIMITERS, _PARQUET) and text_column is None:
            problems.append(f"{name}: set `text_column` to the column that holds the text")
        elif suffix not in _OF_TEXTS and (annotated := format_by_suffix(path)):
            problems.append(
                f"{name}: set `format` to {annotated.name}; a file in which each line is a text ends in .txt"
            )
        elif text_column and suffix not in (*_DELIMITERS, _PARQUET, *_JSON_LINES):
            problems.append(f"{name}: is read as lines of text, which have no columns: leave out `text_column`")
    if problems:
        raise InputError("\n".join(problems))


def read_records(
    names: Iterable[str], encoding: str = "utf-8", text_column: str | None = None, format: str | None = None
) -> Iterator[Record]:
    """Read the records of files.

    - In files that end in .jsonl or .ndjson, a record is a JSON object, with its text in `text_column` or "text".
    - In .csv, .tsv and .parquet, a record is a row, with its text in `text_column`.
    - In other files, a record is a line, without byte order mark and line end.
    - With `format`, a record is a sentence of an annotated file, with its entities.

    Args:
        names: the files; `-` is standard input.
        encoding: the encoding of the files.
        text_column: the field or column of the text.
        format: the format of annotated files, a name in `ner.data.formats.registry.FORMATS`.

    Raises:
        InputError: a file has other content, or another encoding.
        OSError: a file can't be read.
    """
    for name in names:
        suffix = Path(name).suffix.lower()
        if format:
            yield from _sentences(name, ReadOptions(format=format, encoding=encoding, unannotated=True))
        elif suffix == _PARQUET:
            yield from _parquet_rows(name, text_column or _TEXT)
        else:
            with _open_text(name, encoding) as file:
                if suffix in _JSON_LINES:
                    yield from _json_objects(name, file, text_column or _TEXT)
                elif suffix in _DELIMITERS:
                    yield from _csv_rows(name, file, text_column or _TEXT)
                else:
                    yield from _lines(name, file)


def text_records(texts: Iterable[str]) -> Iterator[Record]:
    """Make records of texts, without a file and with numbers from 1 as their lines.

    Raises:
        InputError: a text has half of a surrogate pair, which comes from a terminal with another encoding.
    """
    for number, text in enumerate(texts, 1):
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(f"text {number} is not valid in the encoding of the terminal: put it into a file")
        yield Record("", number, text)


def total_bytes(names: Iterable[str], format: str | None = None) -> int | None:
    """The size of all files in bytes, or None if progress can't be measured in bytes."""
    paths = [Path(name) for name in names]
    plain = all(path.is_file() and path.suffix.lower() not in (*_JSON_LINES, *_DELIMITERS, _PARQUET) for path in paths)
    return sum(path.stat().st_size for path in paths) if plain and not format else None


def _sentences(name: str, options: ReadOptions) -> Iterator[Record]:
    for sentence in read_file(name, options).sentences:
        fields = {"document": sentence.document} if sentence.document else {}
        yield Record(sentence.path, sentence.line, sentence.text, fields, sentence.entities)


def _bounded_lines(name: str, file: TextIO) -> Iterator[str]:
    """The lines with their ends, of which none is endless or binary, without the byte order mark of the first.

    Raises:
        InputError: a line is longer than `LONGEST_LINE`, or has a NUL character.
    """
    for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), ""), 1):
        if "\0" in line:
            raise InputError(
                f"{name}:{number}: has a NUL character, which no text has; for UTF-16 set `encoding` to utf-16"
            )
        if len(line) > LONGEST_LINE:
            raise InputError(
                f"{name}:{number}: has more than {LONGEST_LINE:,} characters; expected a text in each line: cut it"
            )
        yield without_byte_order_mark(line, name) if number == 1 else line


def _lines(name: str, file: TextIO) -> Iterator[Record]:
    for number, line in enumerate(_bounded_lines(name, file), 1):
        if number == 1:
            refuse_carriage_returns(line, name)
        yield Record(name, number, line.rstrip("\n").removesuffix("\r"))


def _json_objects(name: str, file: TextIO, text_column: str) -> Iterator[Record]:
    for number, line in enumerate(_bounded_lines(name, file), 1):
        if not line.strip():
            continue
        try:
            fields = parse_json(line)
        except ValueError as error:
            raise InputError(f"{name}:{number}: expected one JSON object per line ({error})") from None
        if has_half_character(fields, line):
            raise InputError(
                f"{name}:{number}: has half of a surrogate pair, \\ud800 to \\udfff; write the file again without it"
            )
        if not isinstance(fields, dict):
            raise InputError(f"{name}:{number}: expected one JSON object per line, got {line.strip()[:40]}")
        if not isinstance(fields.get(text_column), str):
            raise InputError(
                f"{name}:{number}: expected a text in the field {text_column!r} (its fields: {', '.join(fields)}); "
                "set `text_column` to another field"
            )
        text = fields.pop(text_column)
        yield Record(name, number, text, fields)


def _csv_rows(name: str, file: TextIO, text_column: str) -> Iterator[Record]:
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(_bounded_lines(name, file), delimiter=_DELIMITERS[Path(name).suffix.lower()], strict=True)
    try:
        header = next(rows, [])
        _require(name, text_column, header)
        line = rows.line_num + 1
        for row in rows:
            if row and len(row) != len(header):
                raise InputError(f"{name}:{line}: expected {len(header)} columns as in the header, got {len(row)}")
            if row:
                fields = dict(zip(header, row, strict=True))
                yield Record(name, line, fields.pop(text_column), fields)
            line = rows.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name}:{rows.line_num}: expected CSV ({error})") from None


def _parquet_rows(name: str, text_column: str) -> Iterator[Record]:
    table = BoundedParquet(Path(name), name, Path(name).stat().st_size)
    columns = table.names
    _require(name, text_column, columns)
    for number, row in enumerate(table.rows(columns), 1):
        fields = dict(zip(columns, row, strict=True))
        text = fields.pop(text_column)
        if not isinstance(text, str):
            raise InputError(f"{name}:{number}: expected a text in the column {text_column!r}, got {text!r:.60}")
        yield Record(name, number, text, fields)


def _require(name: str, column: str, columns: list[str]) -> None:
    if column not in columns:
        raise InputError(f"{name}: has no column {column!r}; its columns: {', '.join(columns)}")
    if len(set(columns)) < len(columns):
        raise InputError(f"{name}: two columns have the same name ({', '.join(columns)}); rename one")


@contextmanager
def _open_text(name: str, encoding: str) -> Iterator[TextIO]:
    # Only \n ends a line. Other characters that Python takes for line ends are part of the text.
    try:
        if name == STANDARD_INPUT:
            yield io.TextIOWrapper(sys.stdin.buffer, encoding, newline="\n")
            return
        with open(name, encoding=encoding, newline="\n") as file:
            yield file
    except UnicodeError as error:
        if name != STANDARD_INPUT:
            decode(read_bytes(Path(name)), name, encoding)  # its error has the line and the likely encoding
        raise InputError(
            f"{name} is not {encoding}: set `encoding` to the encoding of the file, for example gb18030"
        ) from error
