"""The columns of a file of records, from its beginning."""

import csv
from pathlib import Path

from ner.bounded_json import parse_json
from ner.data.bounded_parquet import BoundedParquet
from ner.errors import InputError
from ner.records.office_files import read_sheets
from ner.records.row_readers import delimiter_of
from ner.records.source_files import EXCEL, JSON_LINES, PARQUET, open_file, state_of, stored_name, suffix
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions


def column_names(name: str, sheet: str | None = None, encoding: str | None = None) -> list[str]:
    """The columns of CSV, TSV, Excel and Parquet files, or the fields of the first object of JSON lines.

    Args:
        name: the file.
        sheet: the sheet of an Excel file; None for the first that has cells.
        encoding: the encoding of a text file; None to recognise it.

    Raises:
        InputError: the file has another encoding, or is damaged.
        OSError: the file can't be read.
    """
    if suffix(name) == PARQUET:
        with open_file(name) as file:
            return [*BoundedParquet(Path(name), file, state_of(stored_name(name))[0]).names]
    if suffix(name) == EXCEL:
        rows = (row for _, rows in read_sheets(name, sheet) for row in rows)
        return [str(cell) for cell in next(filter(any, rows), []) if cell is not None]
    options = TextOptions(text_column="text", encoding=encoding)  # the column is not looked at
    first = TextFiles([name], options).first_line(name)
    if suffix(name) in JSON_LINES:
        try:
            fields = parse_json(first)
        except ValueError as error:
            raise InputError(f"{name}:1: expected one JSON object per line ({error})") from None
        return [*fields] if isinstance(fields, dict) else []
    delimiter = "\t" if suffix(name) == ".tsv" else delimiter_of(first)
    return next(csv.reader([first], delimiter=delimiter), [])
