"""Writing streams of vectors as NumPy arrays, Parquet or JSON lines."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, TextIO
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt

from ner.embedding.vectors import Vectors
from ner.errors import InputError
from ner.extras import import_extra
from ner.files import atomic_path, atomic_writer, in_utf_8

SUFFIXES = (".npy", ".npz", ".parquet", ".jsonl")
_DIGITS = 6


class Place(NamedTuple):
    """The origin of a vector: the characters `start:end` of a record, and the type if they are an entity."""

    file: str
    line: int
    start: int
    end: int
    text: str
    label: str | None = None


class VectorWriter(Protocol):
    """Writes vectors in order."""

    def write(self, places: Sequence[Place], vectors: Vectors) -> None:
        """Write `vectors`, `(places, size)`, and their origins, if the format can store them."""


def check_output(path: Path) -> None:
    """Check that vectors can be written in the format of the file's suffix.

    Raises:
        InputError: the suffix is unknown, or the package for the format is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: expected `output` to end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if path.suffix.lower() == ".parquet":
        import_extra("pyarrow", "parquet", path)


@contextmanager
def vector_writer(path: Path, size: int) -> Iterator[VectorWriter]:
    """Open a writer. The file appears when the block ends. Its suffix determines the format.

    Args:
        path: the file.
        size: the size of a vector.

    Raises:
        InputError: as for `check_output`.
        OSError: the file can't be written.
    """
    check_output(path)
    match path.suffix.lower():
        case ".npy":
            with atomic_path(path) as partial, partial.open("wb") as file:
                array = _GrowingArray(file, np.dtype(np.float32), size)
                yield _ArrayWriter(array)
                array.finish()
        case ".npz":
            with atomic_path(path) as partial, _ArchiveWriter(path.parent, size) as archive:
                yield archive
                archive.save(partial)
        case ".parquet":
            with atomic_path(path) as partial, partial.open("wb") as file, _ParquetWriter(file, path, size) as table:
                yield table
        case _:
            with atomic_writer(path, errors="backslashreplace") as text:
                yield _JsonLinesWriter(text)


class _GrowingArray:
    """A .npy file whose rows are written one after the other.

    The header of NumPy has space for a larger number of rows (numpy.lib.format), which is written at the end.
    """

    def __init__(self, file: BinaryIO, dtype: np.dtype[np.generic], *shape: int) -> None:
        self._file, self._dtype, self._shape, self._rows = file, dtype, shape, 0
        self._write_header()

    def append(self, rows: npt.ArrayLike) -> None:
        array = np.ascontiguousarray(rows, dtype=self._dtype)
        self._file.write(array.data)
        self._rows += len(array)

    def finish(self) -> BinaryIO:
        """Write the number of rows, and return the file at its start."""
        end = self._file.tell()
        self._file.seek(0)
        self._write_header()
        assert self._file.tell() + self._rows * self._dtype.itemsize * int(np.prod(self._shape)) == end
        self._file.seek(0)
        return self._file

    def _write_header(self) -> None:
        description = np.lib.format.dtype_to_descr(self._dtype)
        header = {"descr": description, "fortran_order": False, "shape": (self._rows, *self._shape)}
        np.lib.format.write_array_header_1_0(self._file, header)


class _ArrayWriter:
    """Writes a .npy file with the vectors only."""

    def __init__(self, array: _GrowingArray) -> None:
        self._array = array

    def write(self, places: Sequence[Place], vectors: Vectors) -> None:
        self._array.append(vectors)


class _ArchiveWriter:
    """Writes a .npz file with an array of vectors, and an array for each field of their origins.

    The numbers in `file` and `label` are indices of the names in `files` and `labels`. The label of a vector that is
    not of an entity is -1. Arrays are in temporary files next to the output, to keep memory constant.
    """

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stack = ExitStack()

        def array(dtype: np.dtype[np.generic], *shape: int) -> _GrowingArray:
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115  # the stack closes it
            return _GrowingArray(file, dtype, *shape)

        self._arrays = {
            "vectors": array(np.dtype(np.float32), size),
            **{name: array(np.dtype(np.int64)) for name in ("file", "line", "start", "end", "label")},
        }
        self._stack = stack
        self._files: dict[str, int] = {}
        self._labels: dict[str, int] = {}

    def __enter__(self) -> "_ArchiveWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def write(self, places: Sequence[Place], vectors: Vectors) -> None:
        self._arrays["vectors"].append(vectors)
        for name in ("line", "start", "end"):
            self._arrays[name].append([*map(attrgetter(name), places)])
        self._arrays["file"].append([self._files.setdefault(place.file, len(self._files)) for place in places])
        labels = [place.label for place in places]
        self._arrays["label"].append(
            [-1 if label is None else self._labels.setdefault(label, len(self._labels)) for label in labels]
        )

    def save(self, path: Path) -> None:
        """Write all arrays into one file, as numpy.savez does."""
        with ZipFile(path, "w") as archive:
            for name, array in self._arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    shutil.copyfileobj(array.finish(), member)
            for name, known in (("files", self._files), ("labels", self._labels)):
                with archive.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, np.array([*known], dtype=np.str_), allow_pickle=False)


class _ParquetWriter:
    """Writes a row for each vector, with the columns of `Place` and `vector`, a list of fixed size."""

    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self._pyarrow = import_extra("pyarrow", "parquet", path)
        parquet = import_extra("pyarrow.parquet", "parquet", path)
        text, number = self._pyarrow.string(), self._pyarrow.int64()
        self._size = size
        self._types = {"file": text, "line": number, "start": number, "end": number, "text": text, "label": text}
        self._vectors = self._pyarrow.list_(self._pyarrow.float32(), size)
        schema = self._pyarrow.schema({**self._types, "vector": self._vectors})
        self._writer = parquet.ParquetWriter(file, schema)

    def __enter__(self) -> "_ParquetWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def write(self, places: Sequence[Place], vectors: Vectors) -> None:
        places = [place._replace(file=in_utf_8(place.file)) for place in places]
        columns = [self._pyarrow.array([*map(attrgetter(name), places)], type_) for name, type_ in self._types.items()]
        flat = self._pyarrow.array(np.ravel(vectors))
        columns.append(self._pyarrow.FixedSizeListArray.from_arrays(flat, self._size))
        self._writer.write_table(self._pyarrow.table(columns, schema=self._writer.schema))


class _JsonLinesWriter:
    """Writes an object for each vector, with the fields of `Place` and `vector`, rounded to six decimals."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, places: Sequence[Place], vectors: Vectors) -> None:
        for place, vector in zip(places, vectors.astype(np.float64).round(_DIGITS).tolist(), strict=True):
            fields = {name: value for name, value in place._asdict().items() if value is not None}
            self._file.write(json.dumps({**fields, "vector": vector}, ensure_ascii=False) + "\n")
