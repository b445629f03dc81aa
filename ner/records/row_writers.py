"""Writing the rows of a table: CSV or Parquet."""

import csv
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TextIO

from ner.extras import import_extra
from ner.records.field_values import as_text
from ner.spreadsheet_cells import harmless_cell

_BATCH = 10_000


class RowWriter(Protocol):
    """Writes rows one by one: CSV, Parquet, or a sheet of Excel."""

    def append(self, row: Sequence[Any]) -> None: ...


class CsvRows:
    """A header, unless it is None, and rows of CSV.

    Cells that a spreadsheet would take for a formula get an apostrophe before them, unless `raw`.
    """

    def __init__(self, file: TextIO, header: Sequence[str] | None, *, raw: bool = False) -> None:
        self._rows = csv.writer(file)
        self._raw = raw
        if header is not None:
            self.append(header)

    def append(self, row: Sequence[Any]) -> None:
        # "-", which stands for standard input, is no formula.
        cells = [as_text(cell) if isinstance(cell, datetime.date) else cell for cell in row]
        self._rows.writerow(cells if self._raw else [cell if cell == "-" else harmless_cell(cell) for cell in cells])


class ParquetRows:
    """The rows of a Parquet file.

    Args:
        path: the file.
        kinds: the columns, each with its type by its name in Arrow. The cells of a string column become text.
    """

    def __init__(self, path: Path, kinds: Mapping[str, str]) -> None:
        self._arrow = import_extra("pyarrow", "parquet", path)
        self._kinds = [*kinds.values()]
        self._schema = self._arrow.schema([(name, self._arrow.type_for_alias(kind)) for name, kind in kinds.items()])
        self._file = import_extra("pyarrow.parquet", "parquet", path).ParquetWriter(path, self._schema)
        self._waiting: list[list[Any]] = []

    def append(self, row: Sequence[Any]) -> None:
        self._waiting.append(
            [
                as_text(cell) if kind == "string" and cell is not None else cell
                for cell, kind in zip(row, self._kinds, strict=True)
            ]
        )
        if len(self._waiting) >= _BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self.give_up()

    def give_up(self) -> None:
        """Close the file, which is not whole."""
        self._file.close()

    def _flush(self) -> None:
        columns = zip(*self._waiting, strict=True) if self._waiting else [[] for _ in self._schema]
        arrays = [
            self._arrow.array(list(column), type=field.type)
            for column, field in zip(columns, self._schema, strict=True)
        ]
        self._file.write_table(self._arrow.table(arrays, schema=self._schema))
        self._waiting = []
