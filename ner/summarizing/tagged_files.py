"""The files that `tag` wrote: which ones there are, and what their columns are."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ner.errors import InputError, raise_faults
from ner.extras import import_extra
from ner.files import in_utf_8, plain_reason
from ner.records.office_files import read_sheets
from ner.records.row_readers import LONGEST_LINE
from ner.records.source_files import EXCEL, PARQUET, find_files, open_file, suffix

JSON_LINES, CSV = ".jsonl", ".csv"
KINDS = (JSON_LINES, CSV, PARQUET, EXCEL)
_ENDINGS = ", ".join(KINDS)
_SHARD = "part-"
_NEEDED = ("file", "line", "label", "text")  # columns of tables
_SHEET = "entities"
_MOST_BLANK = 1000  # lines before the first record


@dataclass(frozen=True)
class TaggedFile:
    """A file that `tag` wrote.

    Args:
        name: its path.
        columns: its columns, or the fields of its first record; none for an empty file.
        size: its bytes.
    """

    name: str
    columns: Sequence[str]
    size: int

    @property
    def kind(self) -> str:
        """Its ending, one of `KINDS`."""
        return suffix(self.name)


def find_tagged_files(names: Iterable[str | Path]) -> list[TaggedFile]:
    """Find the files of `tag` among files and in folders, at any depth.

    A folder with shards, which are named part-..., stands for these alone: what else is there is about them.

    Raises:
        InputError: some are no files of `tag`, or there are none. The message lists all faults.
        OSError: a folder can't be read.
    """
    given = [str(name) for name in names]
    faults, files = [], []
    for name in given:
        path = Path(name)
        if not path.exists():
            faults.append(f"there is no file {name}")
        elif not path.is_dir() and suffix(name) not in KINDS:
            faults.append(f"{name}: expected a file that tag wrote, whose name ends in one of {_ENDINGS}")
        elif not (inside := [*_inside(name)]):
            faults.append(f"{name}: no file in it ends in one of {_ENDINGS}, as those that tag wrote")
        else:
            files += inside
    raise_faults(faults)
    looked = []
    for name in dict.fromkeys(files):
        try:
            looked.append(_look_at(name))
        except InputError as error:
            faults.append(str(error))
    raise_faults(faults)
    return looked


def _inside(name: str) -> Iterator[str]:
    if not Path(name).is_dir():
        yield name
        return
    found = [file for file in find_files([name]).names if suffix(file) in KINDS and Path(file).is_file()]
    with_shards = {Path(file).parent for file in found if Path(file).name.startswith(_SHARD)}
    for file in found:
        path = Path(file)
        if path.parent not in with_shards or path.name.startswith(_SHARD):
            yield file


def _look_at(name: str) -> TaggedFile:
    """Read the columns of a file, or the fields of its first record."""
    if (shown := in_utf_8(name)) != name:
        raise InputError(f"the name {shown} is not UTF-8: rename the file")
    kind = suffix(name)
    columns = _fields(name) if kind == JSON_LINES else _header(name)
    needed = ("entities",) if kind == JSON_LINES else _NEEDED
    if columns and (missing := [column for column in needed if column not in columns]):
        raise InputError(
            f"{name}: has no {', '.join(missing)}, which files of tag have; expected a file that tag wrote"
        )
    return TaggedFile(name, columns, Path(name).stat().st_size)


def _fields(name: str) -> list[str]:
    with open_file(name) as file:
        lines = islice(iter(lambda: file.readline(4 * LONGEST_LINE), b""), _MOST_BLANK)
        line = next(filter(bytes.strip, lines), b"")
    if not line:
        return []
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}:1: expected one JSON object per line ({error})") from None
    if not isinstance(record, dict) or not record:
        raise InputError(f"{name}:1: expected one JSON object per line, as tag writes it")
    return [*record]


def _header(name: str) -> list[str]:
    kind = suffix(name)
    if kind == EXCEL:
        return [str(cell) for cell in next(sheet_rows(name), [])]
    if kind == PARQUET:
        duckdb = import_extra("duckdb", "summarize", name)
        try:
            return list(duckdb.read_parquet(in_glob(name)).columns)
        except duckdb.Error as error:
            raise InputError(f"{name}: is not Parquet, or is damaged ({plain_reason(error)})") from None
    with open_file(name) as file:
        try:
            return next(csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline="")), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"{name}:1: expected CSV in UTF-8, as tag writes it ({error})") from None


def sheet_rows(name: str) -> Iterator[list[object]]:
    """The rows of the sheets `entities`, `entities 2` and so on, after one header.

    Raises:
        InputError: it is no Excel file, or has no such sheet.
    """
    header: list[object] | None = None
    for title, rows in read_sheets(name):
        if title == _SHEET or title.startswith(f"{_SHEET} "):
            first = next(rows, None)
            if header is None and first is not None:
                header = first
                yield first
            yield from rows
    if header is None:
        raise InputError(f"{name}: has no sheet {_SHEET!r}, which Excel files of tag have")


def in_glob(name: str) -> str:
    """A name as DuckDB takes it, which reads names as patterns.

    >>> in_glob("a[1].csv")
    'a[[]1].csv'
    """
    return re.sub(r"[\[*?]", r"[\g<0>]", name)
