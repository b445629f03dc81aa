"""Reading lists of terms: CSV, TSV, JSON lines, Excel, plain lists, and the dictionary files of HanLP and jieba."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ner.bounded_json import has_half_character, parse_json
from ner.data.likely_encoding import recognise
from ner.data.text_encoding import decode, read_bytes, refuse_carriage_returns, refuse_packed
from ner.errors import InputError
from ner.lexicon.entries import COLUMNS
from ner.quantities import counted
from ner.records.office_files import read_sheets
from ner.spreadsheet_cells import original_cell

LARGEST_FILE = 256 << 20
"""Bytes: ten times a list of a million names."""
LONGEST_LINE = 100_000
"""Characters, of which a term has 100."""

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_JSON_LINES = (".jsonl", ".ndjson")
_EXCEL = ".xlsx"
_ROWS = 50_000  # are turned into columns at once
_LIST_SUFFIXES = (".txt", ".dict", ".dic", ".lst", "")
_CHINESE_COLUMNS = {
    **dict.fromkeys(("名称", "词", "词语", "实体"), "term"),
    **dict.fromkeys(("类型", "类别"), "type"),
    **dict.fromkeys(("方式", "模式"), "mode"),
    "权重": "weight",
    "编号": "id",
    "标准名": "alias_of",
}
# The parts of speech that HanLP and jieba give to names.
_PARTS_OF_SPEECH = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
_TYPE = re.compile(r"[A-Z][A-Z0-9_.-]*")
_PART_OF_SPEECH = re.compile(r"[a-z]{1,4}[0-9]?")
_NUMBER = re.compile(r"[0-9]+")


class Rows(NamedTuple):
    """The cells of a list as they are in the file.

    Args:
        columns: for each of `COLUMNS`, its cells, or None if the list doesn't have it.
        lines: the line of each row.
        faults: what can't be read, with its line.
        left_out: the number of entries that are no names, by their part of speech.
        short: the number of rows with fewer cells than the header; the cells at their ends are empty.
        encoding: the encoding of the file if it is not UTF-8, else "".
    """

    columns: list[list[Any] | None]
    lines: list[int]
    faults: list[tuple[int, str]]
    left_out: int = 0
    short: int = 0
    encoding: str = ""


def read_rows(path: Path, encoding: str | None) -> Rows:
    """Read the rows of a list. Its encoding is recognised if `encoding` is None.

    Raises:
        InputError: the file can't be read as a whole: it doesn't exist, has another encoding, or misses a column.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        raise InputError(f"{path}: expected one JSON object per line, in a file that ends in .jsonl")
    if suffix == ".xls":
        raise InputError(f"{path}: is Excel's format of before 2007: save it as .xlsx or as CSV UTF-8")
    if suffix not in (*_DELIMITERS, *_JSON_LINES, _EXCEL, *_LIST_SUFFIXES):
        raise InputError(f"{path}: expected a list that ends in .csv, .tsv, .jsonl, .xlsx or .txt")
    if path.is_dir():
        raise InputError(f"{path}: is a folder: give the files in it")
    if path.is_file() and path.stat().st_size > LARGEST_FILE:
        raise InputError(f"{path}: is larger than {LARGEST_FILE >> 20} MB: cut it into several lists")
    if suffix == _EXCEL:
        return _read_excel(path)
    data = read_bytes(path)
    fitting = [] if encoding else recognise(io.BytesIO(data))
    if len(fitting) != 1 or fitting[0] == "utf-8":
        return parse_rows(data, path, encoding)
    return parse_rows(data, path, fitting[0])._replace(encoding=fitting[0])


def parse_rows(data: bytes, path: Path, encoding: str | None = None) -> Rows:
    """Read the rows of a list, but of no Excel file, from its bytes, in UTF-8 if `encoding` is None.

    The ending of `path` tells the format.

    Raises:
        InputError: as for `read_rows`.
    """
    suffix = path.suffix.lower()
    refuse_packed(data, str(path))
    text = decode(data, str(path), encoding)
    refuse_carriage_returns(text, str(path))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(f"{path}:{line}: has a NUL character, which no list has")
    if suffix in _DELIMITERS:
        return _read_table(path, text, _DELIMITERS[suffix])
    return _read_json(text) if suffix in _JSON_LINES else _read_plain(text)


def rows_of_cells(header: Sequence[Any], numbered: Iterable[tuple[int, Sequence[Any]]], place: str) -> Rows:
    """The rows of a table, of which `header` names the columns, in English or else in Chinese.

    Raises:
        InputError: there is no column `term`, or two columns have the same name.
    """
    names = [str(name).strip().lower() for name in header]
    in_chinese = [_CHINESE_COLUMNS.get(name, "") for name in names]
    names = [
        chinese if chinese and chinese not in names else name for name, chinese in zip(names, in_chinese, strict=True)
    ]
    if "term" not in names:
        raise InputError(f"{place}: has no column term or 名称; its columns: {', '.join(names)[:200]}")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise InputError(f"{place}: has two columns {twice[0]}; rename one")
    places = [names.index(name) if name in names else None for name in COLUMNS]
    columns: list[list[Any] | None] = [None if at is None else [] for at in places]
    lines: list[int] = []
    faults: list[tuple[int, str]] = []
    short = 0
    numbered = iter(numbered)
    while chunk := list(islice(numbered, _ROWS)):
        numbers, rows = zip(*chunk, strict=True)
        if {*map(len, rows)} != {len(names)}:
            faults += [
                (line, f"expected {counted(len(names), 'column')} as in the header, got {len(row)}")
                for line, row in chunk
                if len(row) > len(names)
            ]
            short += sum(len(row) < len(names) for _, row in chunk)
            chunk = [(line, [*row, *[""] * (len(names) - len(row))]) for line, row in chunk if len(row) <= len(names)]
            if not chunk:
                continue
            numbers, rows = zip(*chunk, strict=True)
        lines += numbers
        turned = [*zip(*rows, strict=True)]
        for column, at in zip(columns, places, strict=True):
            if column is not None and at is not None:
                column += turned[at]
    return Rows(columns, lines, faults, short=short)


def _read_table(path: Path, text: str, delimiter: str) -> Rows:
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    faults: list[tuple[int, str]] = []

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            for row in reader:
                if row:
                    yield reader.line_num, row
        except csv.Error as error:  # what follows can't be told apart into rows
            faults.append((reader.line_num, f"expected a row of cells ({error})"))

    numbered = rows()
    _, header = next(numbered, (1, []))
    if faults:
        raise InputError(f"{path}:{faults[0][0]}: {faults[0][1]}")
    found = rows_of_cells(header, numbered, f"{path}:1")
    # Our own files mark what a spreadsheet would take for a formula with an apostrophe.
    if found.columns[0] is not None:
        found.columns[0][:] = [original_cell(term) if term[:1] == "'" else term for term in found.columns[0]]
    return found._replace(faults=[*found.faults, *faults])


def _read_json(text: str) -> Rows:
    columns: list[list[Any]] = [[] for _ in COLUMNS]
    lines: list[int] = []
    faults: list[tuple[int, str]] = []
    for number, line in _lines(text, faults):
        try:
            fields = parse_json(line)
        except ValueError as error:
            faults.append((number, f"expected one JSON object per line ({error})"))
            continue
        if not isinstance(fields, dict) or "term" not in fields:
            faults.append((number, f"expected a JSON object with the field term, got {line.strip()[:40]}"))
        elif has_half_character(fields, line):
            faults.append((number, "has half of a surrogate pair, \\ud800 to \\udfff"))
        else:
            lines.append(number)
            for column, name in zip(columns, COLUMNS, strict=True):
                column.append(fields.get(name))
    return Rows([*columns], lines, faults)


def _read_plain(text: str) -> Rows:
    """Lines of a term; a term and a type; or a term, a frequency and a part of speech, in any order of these two."""
    terms: list[str] = []
    types: list[str] = []
    lines: list[int] = []
    faults: list[tuple[int, str]] = []
    left_out = 0
    for number, line in _lines(text, faults):
        cells = [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()
        term, type_, speech = cells[0], "", ""
        for cell in cells[1:]:
            if _TYPE.fullmatch(cell):
                type_ = type_ or cell
            elif _PART_OF_SPEECH.fullmatch(cell):
                speech = speech or cell
            elif not _NUMBER.fullmatch(cell):
                term, type_, speech = line.strip(), "", ""  # a term of several words
                break
        if speech:
            type_ = _PARTS_OF_SPEECH.get(speech[:2], "")
            if not type_:
                left_out += 1
                continue
        terms.append(term)
        types.append(type_)
        lines.append(number)
    return Rows([terms, types, None, None, None, None], lines, faults, left_out)


def _lines(text: str, faults: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1; those that are endless are faults."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            faults.append((number, f"expected a line of at most {LONGEST_LINE:,} characters, got {len(line):,}"))
        elif line.strip():
            yield number, line


def _read_excel(path: Path) -> Rows:
    """The first sheet of an Excel file, up to the last column that has a name."""
    sheets = read_sheets(str(path))
    _, rows = next(sheets, ("", iter([])))
    header = next(rows, [])
    width = max((at for at, cell in enumerate(header, 1) if cell is not None), default=0)
    numbered = (
        (number, ["" if cell is None else cell for cell in (*row, *[None] * width)[:width]])
        for number, row in enumerate(rows, 2)
        if any(cell is not None for cell in row[:width])
    )
    return rows_of_cells(["" if cell is None else cell for cell in header[:width]], numbered, f"{path}:1")
