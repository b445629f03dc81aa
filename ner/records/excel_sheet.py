"""Writing an Excel file, within what Excel has room for."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from ner.extras import import_extra
from ner.records.field_values import as_text

_MOST_ROWS = 1_048_576  # of a sheet, and characters of a cell: the limits of Excel
_MOST_CHARACTERS = 32_767
_MOST_DIGITS = 15  # that Excel keeps of a number, and how many it shows of one without a format
_SHOWN_DIGITS = 11
_FIRST_DAY = datetime.date(1900, 3, 1)  # Excel takes 1900 for a leap year, and has no days before it
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}  # XML has none of them
_LOOKED_AT = 200  # rows, for the widths of columns, which stand before all rows in the file
_WIDEST = 60


class ExcelBook:
    """A new workbook, which is written sheet by sheet.

    Args:
        path: the file, for the message if openpyxl is missing.

    Raises:
        InputError: openpyxl is not installed.
    """

    def __init__(self, path: Path) -> None:
        self._excel = import_extra("openpyxl", "", path)
        self._book = self._excel.Workbook(write_only=True)
        self._sheets: list[ExcelSheet] = []

    def sheet(self, title: str, header: Sequence[str]) -> "ExcelSheet":
        """Begin a sheet."""
        self._sheets.append(ExcelSheet(self._excel, self._book, title, header))
        return self._sheets[-1]

    def save(self, path: Path) -> None:
        """End all sheets, and write the file."""
        for sheet in self._sheets:
            sheet.end()
        self._book.save(path)

    def give_up(self) -> None:
        """Close the temporary files of the sheets."""
        for sheet in self._book.worksheets:
            sheet.close()


class ExcelSheet:
    """A sheet that goes on in a second one where it is full.

    All texts are text cells, never formulas. What Excel has no room for in a cell is cut and ends in three dots.
    Numbers and dates stay what they are if Excel can hold them exactly. Columns are as wide as their first rows, the
    header stays in sight, and each column has a filter.

    Args:
        excel: the module openpyxl.
        book: a workbook that is only written.
        title: the name of the sheet.
        header: the first row.
    """

    def __init__(self, excel: Any, book: Any, title: str, header: Sequence[str]) -> None:
        self._excel, self._book, self._title, self._header = excel, book, title, [*header]
        self._parts = 0
        self._begin()

    def append(self, row: Sequence[Any]) -> None:
        """Write a row."""
        if self._rows == _MOST_ROWS:
            self.end()
            self._begin()
        self._rows += 1
        cells = [self._cell(value) for value in row]
        if self._rows > _LOOKED_AT:
            self._sheet.append(cells)
            return
        self._first.append(cells)
        if self._rows == _LOOKED_AT:
            self._write_first()

    def end(self) -> None:
        """Write what is left. The workbook is saved after it."""
        self._write_first()
        last = self._excel.utils.get_column_letter(len(self._header))
        self._sheet.auto_filter.ref = f"A1:{last}{self._rows}"

    def _begin(self) -> None:
        self._parts += 1
        self._rows = 0
        self._first: list[list[Any]] = []
        self._sheet = self._book.create_sheet(self._title if self._parts == 1 else f"{self._title} {self._parts}")
        self._sheet.freeze_panes = "A2"
        self.append(self._header)

    def _write_first(self) -> None:
        """Write the rows that waited for the widths of their columns."""
        for at, column in enumerate(zip(*self._first, strict=True), 1):
            letter = self._excel.utils.get_column_letter(at)
            self._sheet.column_dimensions[letter].width = min(_WIDEST, max(map(_width, column)) + 2)
        for cells in self._first:
            self._sheet.append(cells)
        self._first = []

    def _cell(self, value: Any) -> Any:
        if isinstance(value, int) and 10**_SHOWN_DIGITS <= abs(value) < 10**_MOST_DIGITS:
            cell = self._excel.cell.WriteOnlyCell(self._sheet, value)
            cell.number_format = "0"
            return cell
        if value is None or _is_number(value) or _is_time(value):
            return value
        text = as_text(value).translate(_CONTROLS)
        if len(text) > _MOST_CHARACTERS:
            text = f"{text[: _MOST_CHARACTERS - 3]}..."
        cell = self._excel.cell.WriteOnlyCell(self._sheet, text)
        cell.data_type = "s"  # else it is a formula if it begins with =
        return cell


def _is_time(value: Any) -> bool:
    """Whether Excel has the value as a date or a time: it knows no time zones."""
    if isinstance(value, datetime.datetime):
        return value.tzinfo is None and value.date() >= _FIRST_DAY
    if isinstance(value, datetime.date):
        return value >= _FIRST_DAY
    return isinstance(value, datetime.timedelta) or (isinstance(value, datetime.time) and value.tzinfo is None)


def _is_number(value: Any) -> bool:
    """Whether Excel has the value as a number with all its digits. A float is shown as in any other program."""
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= _MOST_DIGITS
    return abs(value) < 10**_MOST_DIGITS if isinstance(value, int) else isinstance(value, float) and isfinite(value)


def _width(cell: Any) -> int:
    """The width of a cell in characters of the Latin alphabet: one of Chinese is as wide as two."""
    value = getattr(cell, "value", cell)
    lines = "" if value is None else str(value)[: 10 * _WIDEST].splitlines()
    return max(map(cell_len, lines), default=0)
