"""Reading Parquet batch by batch, within bounds: a file of some kilobytes can hold billions of values.

It needs pyarrow, the optional package of the extra "parquet".
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ner.errors import InputError
from ner.extras import import_extra
from ner.files import plain_reason

# Tokens and tags take a byte or so of a file, and 60 in memory; text that is packed well grows tenfold.
MOST_TIMES_AS_LARGE = 300
ALWAYS_BYTES = 200_000_000
_VALUE = 60
_ROWS = 1024


class DamagedParquet(InputError):
    """A file that is no Parquet, or whose texts can't be read. `line` is the row, 0 for the whole file."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.line, self.message = line, message


class BoundedParquet:
    """A Parquet file, of which no more is read than its size allows.

    Args:
        path: the file, for messages.
        source: the file, or its bytes.
        size: the number of its bytes.

    Raises:
        DamagedParquet: it is no Parquet.
        InputError: pyarrow is not installed.
    """

    def __init__(self, path: Path, source: Any, size: int) -> None:
        self._path, self._size = path, size
        self._pyarrow = import_extra("pyarrow", "parquet", path)
        self._faults = (self._pyarrow.ArrowException, OSError)
        parquet = import_extra("pyarrow.parquet", "parquet", path)
        try:
            file = parquet.ParquetFile(source)
            columns = map(file.schema.column, range(len(file.schema)))
            # A text that is repeated is held once: else a dictionary of one long text unpacks to gigabytes.
            texts = [column.path for column in columns if column.logical_type.type == "STRING"]
            self._file = parquet.ParquetFile(source, read_dictionary=texts)
            self.schema = file.schema_arrow
            self.names: list[str] = self.schema.names
        except (*self._faults, UnicodeDecodeError) as error:
            raise self._damaged(error) from None

    def rows(self, names: Sequence[str], start: int = 0) -> Iterator[tuple[Any, ...]]:
        """The values of some columns, row by row, without the first `start` rows.

        Raises:
            DamagedParquet: the file is damaged, or has text that isn't UTF-8.
            InputError: it unpacks to more than its size allows.
        """
        group, number = self._group_of(start)
        for batch in self._batches(names, group):
            number += batch.num_rows
            if number <= start:
                continue
            batch = batch.slice(max(0, start - number + batch.num_rows))
            columns = [batch.column(batch.schema.names.index(name)) for name in names]
            try:
                yield from zip(
                    *(self._plain(column, name) for column, name in zip(columns, names, strict=True)), strict=True
                )
            except UnicodeDecodeError:
                raise self._not_utf_8(columns, names, number - batch.num_rows) from None

    def count(self, name: str) -> int:
        """The number of rows with a value in a column.

        Raises:
            InputError: see `rows`.
        """
        columns = (batch.column(0) for batch in self._batches([name]))
        return sum(len(column) - column.null_count for column in columns)

    def _group_of(self, row: int) -> tuple[int, int]:
        """The row group that has a row, and the number of rows before it."""
        if not row:
            return 0, 0
        before = 0
        for group in range(self._file.num_row_groups):
            rows = self._file.metadata.row_group(group).num_rows
            if before + rows > row:
                return group, before
            before += rows
        return self._file.num_row_groups, before

    def _batches(self, names: Sequence[str], first_group: int = 0) -> Iterator[Any]:
        groups = range(first_group, self._file.num_row_groups)
        allowed = max(ALWAYS_BYTES, MOST_TIMES_AS_LARGE * self._size)
        held = 0
        try:
            for batch in self._file.iter_batches(_ROWS, groups, [*dict.fromkeys(names)], use_threads=False):
                held += sum(map(self._bytes, batch.columns))
                if held > allowed:
                    raise InputError(
                        f"{self._path}: has {self._size:,} bytes and unpacks to more than {allowed:,}; "
                        "expected a data set: write it again, in several files"
                    )
                yield batch
        except self._faults as error:
            raise self._damaged(error) from None

    def _plain(self, column: Any, name: str) -> list[Any]:
        """The values of a column; texts of a dictionary take ten times as long."""
        kind = self.schema.field(self.names.index(name)).type
        values: list[Any] = (column if column.type.equals(kind) else column.cast(kind)).to_pylist()
        return values

    def _bytes(self, array: Any) -> int:
        """About what the values of an array take in memory."""
        types, kind = self._pyarrow.types, array.type
        if types.is_dictionary(kind) and len(array):
            compute = import_extra("pyarrow.compute", "parquet", self._path)
            lengths = compute.binary_length(array.dictionary).cast("int64")
            total: int = compute.sum(lengths.take(array.indices)).as_py() or 0
            return total + _VALUE * len(array)
        if types.is_list(kind) or types.is_large_list(kind):
            return self._bytes(array.flatten())
        size: int = array.nbytes
        return size + _VALUE * len(array)

    def _not_utf_8(self, columns: Sequence[Any], names: Sequence[str], before: int) -> "DamagedParquet":
        """The row and the column of a text that isn't UTF-8."""
        for row in range(len(columns[0])):
            for name, column in zip(names, columns, strict=True):
                try:
                    column[row].as_py()
                except UnicodeDecodeError as error:
                    byte = error.object[error.start]
                    message = f"the column {name!r} is not UTF-8 (byte 0x{byte:02x}): write the file again"
                    return DamagedParquet(self._path, before + row + 1, message)
        raise AssertionError("expected a text that isn't UTF-8")

    def _damaged(self, error: Exception) -> "DamagedParquet":
        return DamagedParquet(self._path, 0, f"is not Parquet, or is damaged ({plain_reason(error)})")
