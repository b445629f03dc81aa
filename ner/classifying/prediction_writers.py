"""Writing predictions as JSON lines, CSV, Excel or Parquet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from ner.classifying.prediction import Prediction
from ner.errors import InputError
from ner.extras import import_extra
from ner.files import atomic_path, is_special
from ner.records.excel_sheet import ExcelBook
from ner.records.field_values import names_beside, to_cell, to_json
from ner.records.output_formats import open_text
from ner.records.record import Record
from ner.records.row_writers import CsvRows, ParquetRows, RowWriter

SUFFIXES = (".jsonl", ".csv", ".xlsx", ".parquet")
_OWN = ("file", "line", "text", "label", "score")


class PredictionWriter(Protocol):
    """Writes the prediction of each record."""

    def write(self, record: Record, prediction: Prediction) -> None: ...


def check_prediction_output(output: Path | None) -> str:
    """The ending of the output, which decides its format; .jsonl for standard output, a device or a pipe.

    Raises:
        InputError: the ending is unknown, or the package for the format is not installed.
    """
    ending = ".jsonl" if output is None or is_special(output) else output.suffix.lower()
    if ending not in SUFFIXES:
        raise InputError(f"{output}: expected `output` to end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if ending == ".parquet":
        import_extra("pyarrow", "parquet", str(output))
    return ending


@contextmanager
def prediction_writer(output: Path | None, columns: Sequence[str]) -> Iterator[PredictionWriter]:
    """Open the output, which appears when the block ends.

    Args:
        output: the file; None for standard output.
        columns: the names of other fields of the records, for tables.

    Raises:
        InputError: as for `check_prediction_output`.
        OSError: the file can't be written.
    """
    ending = check_prediction_output(output)
    names = [*_OWN, *names_beside(_OWN, columns).values()]
    if ending == ".jsonl":
        with open_text(output, "utf-8") as file:
            yield _JsonLines(file)
    elif ending == ".csv":
        with open_text(output, "utf-8-sig") as file:
            yield _Table(CsvRows(file, names), columns)
    else:
        assert output is not None
        with atomic_path(output) as partial:
            if ending == ".xlsx":
                book = ExcelBook(output)
                yield _Table(book.sheet("predictions", names), columns)
                book.save(partial)
            else:
                kinds = {**dict.fromkeys(names, "string"), "line": "int64", "score": "float64"}
                rows = ParquetRows(partial, kinds)
                try:
                    yield _Table(rows, columns)
                except BaseException:
                    rows.give_up()
                    raise
                rows.close()


class _JsonLines:
    """One JSON object per record, with the probabilities of all labels."""

    _NAMES = ("file", "line", "text", "labels", "scores")

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, record: Record, prediction: Prediction) -> None:
        names = names_beside(self._NAMES, list(record.fields))
        content = {
            "file": record.file,
            "line": record.line,
            "text": record.text,
            **{names[name]: value for name, value in record.fields.items()},
            "labels": [*prediction.labels],
            "scores": {label: round(score, 4) for label, score in prediction.scores.items()},
        }
        self._file.write(to_json(content) + "\n")


class _Table:
    """A row for each record, with its labels, and the probability of the most probable label."""

    def __init__(self, rows: RowWriter, columns: Sequence[str]) -> None:
        self._rows, self._columns = rows, columns

    def write(self, record: Record, prediction: Prediction) -> None:
        others = [to_cell(record.fields.get(column, "")) for column in self._columns]
        own = [record.file, record.line, record.text, "|".join(prediction.labels)]
        self._rows.append([*map(to_cell, own), round(prediction.score, 4), *others])
