"""A sheet of an Excel file, within what Excel has room for."""

from collections.abc import Sequence
from typing import Any

_MOST_ROWS = 1_048_576  # of a sheet, and characters of a cell: the limits of Excel
_MOST_CHARACTERS = 32_767
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}  # XML has none of them


class ExcelSheet:
    """A sheet that goes on in a second one where it is full. All texts are text cells, never formulas.

    What Excel has no room for in a cell is cut and ends in three dots.

    Args:
        excel: the module openpyxl.
        book: a workbook that is only written.
        title: the name of the sheet.
        header: the first row.
    """

    def __init__(self, excel: Any, book: Any, title: str, header: Sequence[str]) -> None:
        self._excel, self._book, self._title, self._header = excel, book, title, [*header]
        self._parts = self._rows = 0
        self._begin()

    def append(self, row: Sequence[Any]) -> None:
        """Write a row."""
        if self._rows == _MOST_ROWS:
            self._begin()
        self._rows += 1
        self._sheet.append([self._cell(value) for value in row])

    def _begin(self) -> None:
        self._parts += 1
        self._rows = 0
        self._sheet = self._book.create_sheet(self._title if self._parts == 1 else f"{self._title} {self._parts}")
        self._sheet.freeze_panes = "A2"
        self.append(self._header)

    def _cell(self, value: Any) -> Any:
        if value is None or isinstance(value, (int, float)):
            return value
        text = str(value).translate(_CONTROLS)
        if len(text) > _MOST_CHARACTERS:
            text = f"{text[: _MOST_CHARACTERS - 3]}..."
        cell = self._excel.cell.WriteOnlyCell(self._sheet, text)
        cell.data_type = "s"  # else it is a formula if it begins with =
        return cell
