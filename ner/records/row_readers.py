"""Records of one file: lines, JSON lines, and the rows of tables.

A record that can't be read is an `InputError` in its place, so that all faults of a file can be told together.
"""

import csv
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from ner.bounded_json import has_half_character, parse_json
from ner.data.bounded_parquet import BoundedParquet
from ner.data.text_encoding import refuse_carriage_returns, without_byte_order_mark
from ner.errors import InputError
from ner.records.office_files import read_sheets
from ner.records.record import Record
from ner.records.source_files import open_file, path_of, suffix

LONGEST_LINE = 10_000_000
"""Characters. The longest novels have half of them; what is longer is no text, and a file without line ends."""


def read_lines(name: str, file: TextIO) -> Iterator[Record]:
    """Each line is a record."""
    for number, line in enumerate(_bounded_lines(name, file), 1):
        if number == 1:
            refuse_carriage_returns(line, name)
        yield Record(name, number, line.rstrip("\n").removesuffix("\r"))


def read_json_lines(name: str, file: TextIO, text_column: str) -> Iterator[Record | InputError]:
    """Each line is a JSON object. A null, or a field that only other lines have, is a missing text."""
    seen = False
    first: tuple[int, list[str]] | None = None  # without the field
    for number, line in enumerate(_bounded_lines(name, file), 1):
        if not line.strip():
            continue
        try:
            fields = parse_json(line)
        except ValueError as error:
            yield InputError(f"{name}:{number}: expected one JSON object per line ({error})")
            continue
        if has_half_character(fields, line):
            yield InputError(
                f"{name}:{number}: has half of a surrogate pair, \\ud800 to \\udfff; write the file again without it"
            )
        elif not isinstance(fields, dict):
            yield InputError(f"{name}:{number}: expected one JSON object per line, got {line.strip()[:40]}")
        else:
            names = [*fields]
            is_there, text = _take(fields, text_column)
            seen = seen or is_there
            if not is_there and first is None:
                first = number, names
            if text is not None and not isinstance(text, str):
                yield InputError(f"{name}:{number}: expected a text in the field {text_column!r}, got {text!r:.60}")
            else:
                yield Record(name, number, text or "", fields, missing=text is None)
    if first and not seen:
        yield InputError(
            f"{name}:{first[0]}: expected a text in the field {text_column!r} (its fields: {', '.join(first[1])}); "
            "set `text_column` to another field"
        )


def read_delimited(name: str, file: TextIO, text_column: str) -> Iterator[Record | InputError]:
    """Each row of a CSV or TSV file is a record. CSV may have semicolons or tabs in place of commas."""
    csv.field_size_limit(LONGEST_LINE)
    lines = _bounded_lines(name, file)
    first = next(lines, "")
    delimiter = "\t" if suffix(name) == ".tsv" else _delimiter(first, text_column)
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    try:
        header = next(rows, [])
        if not header and not first:
            return
        _require(name, text_column, header)
        line = rows.line_num + 1
        for row in rows:
            if row and len(row) != len(header):
                yield InputError(f"{name}:{line}: expected {len(header)} columns as in the header, got {len(row)}")
            elif row:
                fields = dict(zip(header, row, strict=True))
                yield Record(name, line, fields.pop(text_column), fields)
            line = rows.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name}:{rows.line_num}: expected CSV ({error})") from None


def read_excel(name: str, text_column: str, sheet: str | None) -> Iterator[Record | InputError]:
    """Each row of a sheet is a record, whose file is `book.xlsx/Sheet1`. Rows and sheets without a cell are skipped."""
    for title, rows in read_sheets(name, sheet):
        place = f"{name}/{title}"
        header: list[str] = []
        for number, row in enumerate(rows, 1):
            while row and row[-1] in (None, ""):
                row.pop()
            if row and not header:
                header = [f"column {at}" if cell in (None, "") else str(cell) for at, cell in enumerate(row, 1)]
                _require(place, text_column, header)
            elif row:
                header += [f"column {at + 1}" for at in range(len(header), len(row))]
                fields = dict(zip(header, [*row, *[None] * (len(header) - len(row))], strict=True))
                text = fields.pop(text_column)
                yield Record(place, number, "" if text is None else str(text), fields, missing=text is None)


def read_parquet(name: str, text_column: str) -> Iterator[Record | InputError]:
    """Each row is a record."""
    with open_file(name) as file:
        table = BoundedParquet(Path(name), file, path_of(name).stat().st_size)
        columns = table.names
        _require(name, text_column, columns)
        for number, row in enumerate(table.rows(columns), 1):
            fields = dict(zip(columns, row, strict=True))
            text = fields.pop(text_column)
            if text is not None and not isinstance(text, str):
                yield InputError(f"{name}:{number}: expected a text in the column {text_column!r}, got {text!r:.60}")
            else:
                yield Record(name, number, text or "", fields, missing=text is None)


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


def _delimiter(header: str, text_column: str) -> str:
    """What separates the columns of CSV: a comma, unless the text column is only found with a semicolon or a tab."""

    def has_column(delimiter: str) -> bool:
        try:
            return text_column in next(csv.reader([header.rstrip("\r\n")], delimiter=delimiter), [])
        except csv.Error:
            return False

    return next(filter(has_column, ",;\t"), ",")


def _take(fields: Any, column: str) -> tuple[bool, Any]:
    """Remove the value of a field, or of `a.b.c` inside of others. Returns whether it is there, and the value."""
    if column in fields:
        return True, fields.pop(column)
    outer, dot, rest = column.partition(".")
    inner = fields.get(outer) if dot else None
    if isinstance(inner, Mapping):
        return _take(inner, rest)
    return False, None


def _require(name: str, column: str, columns: list[str]) -> None:
    if column not in columns:
        raise InputError(f"{name}: has no column {column!r}; its columns: {', '.join(columns)}")
    if len(set(columns)) < len(columns):
        raise InputError(f"{name}: two columns have the same name ({', '.join(columns)}); rename one")
