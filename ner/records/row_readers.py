"""Records of one file: lines, JSON lines, and the rows of tables.

A record that can't be read is an `InputError` in its place, so that all faults of a file can be told together.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Protocol

from ner.bounded_json import has_half_character, parse_json
from ner.data.bounded_parquet import BoundedParquet
from ner.data.text_encoding import refuse_carriage_returns, without_byte_order_mark
from ner.errors import InputError
from ner.quantities import counted
from ner.records.field_values import as_text
from ner.records.office_files import read_sheets
from ner.records.record import Record
from ner.records.source_files import DELIMITED, open_file, state_of, stored_name, suffix

LONGEST_LINE = 10_000_000
"""Characters. The longest novels have half of them; what is longer is no text, and a file without line ends."""

_MOST_NAMES = 20


class Lines(Protocol):
    """A text that is read line by line, such as an open file."""

    @property
    def encoding(self) -> str:
        """The encoding of the text."""

    def readline(self, limit: int, /) -> str:
        """The next line, or its first `limit` characters; "" at the end."""


def read_lines(name: str, file: Lines, start: int = 1) -> Iterator[Record | InputError]:
    """Each line is a record. The file stands at the line `start`."""
    for number, line in enumerate(_bounded_lines(name, file, start), start):
        if isinstance(line, InputError):
            yield line
            continue
        if number == 1:
            refuse_carriage_returns(line, name)
        yield Record(name, number, line.rstrip("\n").removesuffix("\r"))


def read_json_lines(name: str, file: Lines, text_column: str, start: int = 1) -> Iterator[Record | InputError]:
    """Each line is a JSON object. A null, or a field that only other lines have, is a missing text.

    The file stands at the line `start`.
    """
    seen = start > 1
    first: tuple[int, list[str]] | None = None  # without the field
    for number, line in enumerate(_bounded_lines(name, file, start), start):
        if isinstance(line, InputError):
            yield line
            continue
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
            is_there, text = _take(fields, text_column)
            seen = seen or is_there
            if not is_there and first is None:
                first = number, [*islice(_paths(fields), _MOST_NAMES)]
            if text is not None and not isinstance(text, str):
                yield InputError(f"{name}:{number}: expected a text in the field {text_column!r}, got {text!r:.60}")
            else:
                yield Record(name, number, text or "", fields, missing=text is None)
    if first and not seen:
        yield InputError(
            f"{name}:{first[0]}: expected a text in the field {text_column!r} (its fields: {', '.join(first[1])}); "
            "set `text_column` to another field"
        )


def read_delimited(
    name: str,
    file: Lines,
    text_column: str,
    head: Sequence[str] = (),
    start: int = 1,
    columns: Sequence[str] | None = None,
    *,
    quotes: bool = True,
) -> Iterator[Record | InputError]:
    """Each row of a CSV or TSV file is a record. CSV may have semicolons or tabs in place of commas.

    Args:
        name: the name of the file.
        file: the file. It stands at the line `start`.
        text_column: the column of the text.
        head: the lines of the header if the file stands behind it.
        start: the number of the line.
        columns: the names of the columns of a file without a header.
        quotes: whether cells of TSV can be in quotation marks.
    """
    csv.field_size_limit(LONGEST_LINE)
    lines = chain(head, map(_raised, _bounded_lines(name, file, start)))
    first = next(lines, "")
    if not first:
        return
    before = start - 1 - len(head)  # lines that are not read here
    quotes = quotes or suffix(name) != ".tsv"
    rows = _rows(name, first, lines, [] if columns else [text_column], before, quotes=quotes)
    header = [*columns] if columns else next(rows, (0, list[str]()))[1]
    _require(name, text_column, header)
    for line, row in rows:
        if row and len(row) != len(header):
            wanted = f"{counted(len(header), 'column')}{'' if columns else ' as in the header'}"
            advice = "put cells that have the separator in them in quotation marks" * (len(row) > len(header))
            advice = advice or "write the separators of empty cells too"
            yield InputError(f"{name}:{line}: expected {wanted}, got {len(row)}; {advice}")
        elif row and any(map(_is_undecodable, row)):
            yield _undecodable(name, line, file)
        elif row:
            fields = dict(zip(header, row, strict=True))
            yield Record(name, line, fields.pop(text_column), fields)


def read_head(name: str, file: Lines, text_column: str, *, quotes: bool = True) -> list[str]:
    """The lines of the header of a CSV or TSV file: several if a name has a line end in it."""
    lines = map(_raised, _bounded_lines(name, file))
    head = [next(lines, "")]

    def more() -> Iterator[str]:
        for line in lines:
            head.append(line)
            yield line

    next(_rows(name, head[0], more(), [text_column], quotes=quotes or suffix(name) != ".tsv"), None)
    return head


def _rows(
    name: str, first: str, lines: Iterable[str], columns: Sequence[str], before: int = 0, *, quotes: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """The rows of CSV or TSV, each with the number of its first line.

    Args:
        name: the name of the file.
        first: the first line.
        lines: the lines after it.
        columns: names that the first line has; none if it is no header.
        before: the number of lines before the first one.
        quotes: whether a cell can be in quotation marks; if not, each line of a TSV file is a row.
    """
    if not quotes:
        for number, line in enumerate(chain([first], lines), before + 1):
            yield number, _tab_separated(line)
        return
    delimiter = "\t" if suffix(name) == ".tsv" else delimiter_of(first, *columns)
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    number = before + 1
    try:
        for row in rows:
            yield number, row
            number = rows.line_num + before + 1
    except csv.Error as error:
        raise InputError(f"{name}:{rows.line_num + before}: expected CSV ({error})") from None


def _tab_separated(line: str) -> list[str]:
    """The cells of a line of TSV; none if it is blank.

    A quotation mark is a character as any other, unless a whole cell is in quotation marks and those in it are doubled,
    as pandas writes it.
    """
    cells = line.rstrip("\n").removesuffix("\r").split("\t")
    return [] if cells == [""] else [_unquoted(cell) for cell in cells]


def _unquoted(cell: str) -> str:
    inside = cell[1:-1].replace('""', "")
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inside
    return cell[1:-1].replace('""', '"') if quoted else cell


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
                yield Record(place, number, "" if text is None else as_text(text), fields, missing=text is None)


def read_parquet(name: str, text_column: str, start: int = 1) -> Iterator[Record | InputError]:
    """Each row is a record. Rows before the row `start` are not read."""
    with open_file(name) as file:
        table = BoundedParquet(Path(name), file, state_of(stored_name(name))[0])
        columns = table.names
        _require(name, text_column, columns)
        for number, row in enumerate(table.rows(columns, start - 1), start):
            fields = dict(zip(columns, row, strict=True))
            text = fields.pop(text_column)
            if text is not None and not isinstance(text, str):
                yield InputError(f"{name}:{number}: expected a text in the column {text_column!r}, got {text!r:.60}")
            else:
                yield Record(name, number, text or "", fields, missing=text is None)


def _bounded_lines(name: str, file: Lines, start: int = 1) -> Iterator[str | InputError]:
    """The lines from the line `start` on with their ends, without the byte order mark of the first.

    A line that is binary, endless, or has bytes that were left undecoded, is an error in its place. That of CSV is
    looked for in its rows.
    """
    for number in count(start):
        line = file.readline(LONGEST_LINE + 1)
        if not line:
            return
        if "\0" in line:
            yield InputError(
                f"{name}:{number}: has a NUL character, which no text has; for UTF-16 set `encoding` to utf-16"
            )
        elif len(line) > LONGEST_LINE:
            yield InputError(
                f"{name}:{number}: has more than {LONGEST_LINE:,} characters; expected a text in each line: cut it"
            )
        elif _is_undecodable(line) and suffix(name) not in DELIMITED:
            yield _undecodable(name, number, file)
        else:
            yield without_byte_order_mark(line, name) if number == 1 else line
        while len(line) > LONGEST_LINE and not line.endswith("\n"):  # the rest of the same line
            line = file.readline(LONGEST_LINE + 1) or "\n"


def _raised(line: str | InputError) -> str:
    if isinstance(line, InputError):
        raise line
    return line


def _is_undecodable(text: str) -> bool:
    """Whether a text has bytes that were kept as halves of surrogate pairs, since they are not in its encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _undecodable(name: str, number: int, file: Lines) -> InputError:
    return InputError(f"{name}:{number}: has bytes that are not {file.encoding}")


def delimiter_of(header: str, *names: str) -> str:
    """What separates the columns of CSV: a comma, unless a column is only found with a semicolon or a tab.

    Args:
        header: the first line.
        *names: names that one of the columns has; none if any second column will do.
    """

    def has_column(delimiter: str) -> bool:
        try:
            found = next(csv.reader([header.rstrip("\r\n")], delimiter=delimiter), [])
        except csv.Error:
            return False
        return any(name in found for name in names) if names else len(found) > 1

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


def _paths(fields: Mapping[str, Any], outer: str = "") -> Iterator[str]:
    """The names of all fields, as `a.b` if they are inside of others."""
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            yield from _paths(value, f"{outer}{name}.")
        else:
            yield outer + name


def _require(name: str, column: str, columns: list[str]) -> None:
    if column not in columns:
        raise InputError(f"{name}: has no column {column!r}; its columns: {', '.join(columns)}")
    if len(set(columns)) < len(columns):
        raise InputError(f"{name}: two columns have the same name ({', '.join(columns)}); rename one")
