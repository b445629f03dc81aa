"""Where shards are stored: a folder of a disk, or a URL that fsspec writes to."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast

from ner.files import atomic_path, write_text
from ner.records.remote_files import faults_of, is_url, open_file_system
from ner.runs.folder_lock import hold_folder


class ShardStore(Protocol):
    """Reads and writes the files of a run by their names. It can be pickled, and `str` shows where it is."""

    @property
    def noted_together(self) -> int:
        """The number of whole shards that are noted in one go."""

    def hold(self) -> AbstractContextManager[None]:
        """Let no other run write here while a block runs, where that can be known."""

    def names(self) -> list[str]:
        """The names of all files."""

    def sizes(self) -> dict[str, int]:
        """The names of all files, with their sizes."""

    def read(self, names: Iterable[str]) -> list[bytes]:
        """The contents of those of the files that are there."""

    def open(self, name: str) -> IO[bytes]:
        """Open a file to read it."""

    def write(self, name: str, text: str) -> None:
        """Write a file."""

    def append(self, name: str, text: str) -> None:
        """Write at the end of a file, which may not be there yet."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def new_file(self, name: str) -> AbstractContextManager[Path]:
        """Give an empty file of this machine, which is stored when the block ends, and not at all if it fails."""


def open_store(place: Path | str) -> ShardStore:
    """The store at a path or URL."""
    return UrlStore(str(place).rstrip("/")) if is_url(place) else DiskStore(Path(place))


@dataclass(frozen=True)
class DiskStore:
    """A folder of a disk. Files appear whole, and are on the disk when they do.

    Args:
        path: the folder.
    """

    path: Path
    noted_together = 1

    def __str__(self) -> str:
        return str(self.path)

    def hold(self) -> AbstractContextManager[None]:
        return hold_folder(self.path)

    def names(self) -> list[str]:
        return os.listdir(self.path)

    def sizes(self) -> dict[str, int]:
        return {entry.name: entry.stat().st_size for entry in os.scandir(self.path)}

    def read(self, names: Iterable[str]) -> list[bytes]:
        return [path.read_bytes() for path in map(self.path.joinpath, names) if path.exists()]

    def open(self, name: str) -> IO[bytes]:
        return (self.path / name).open("rb")

    def write(self, name: str, text: str) -> None:
        write_text(text, self.path / name)

    def append(self, name: str, text: str) -> None:
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def new_file(self, name: str) -> Iterator[Path]:
        with atomic_path(self.path / name) as partial:
            yield partial
            with partial.open("rb+") as file:
                os.fsync(file.fileno())


@dataclass(frozen=True)
class UrlStore:
    """A folder behind a URL. In object stores, such as S3, files appear whole.

    There are no locks: two runs at once do the work twice, and write the same.

    Args:
        url: the URL.
    """

    url: str
    noted_together = 1000  # an object can't grow: it is written again

    def __str__(self) -> str:
        return self.url

    @contextmanager
    def hold(self) -> Iterator[None]:
        files, folder = open_file_system(self.url)
        with faults_of(self.url):
            files.makedirs(folder, exist_ok=True)  # nothing, where folders are only parts of names
        yield

    def names(self) -> list[str]:
        return [*self.sizes()]

    def sizes(self) -> dict[str, int]:
        files, folder = open_file_system(self.url)
        with faults_of(self.url):
            if not files.isdir(folder):
                return {}
            listed = files.ls(folder, detail=True)
        return {entry["name"].rstrip("/").rpartition("/")[2]: entry.get("size") or 0 for entry in listed}

    def read(self, names: Iterable[str]) -> list[bytes]:
        files, folder = open_file_system(self.url)
        with faults_of(self.url):
            found: dict[str, bytes] = files.cat([f"{folder}/{name}" for name in names], on_error="omit")
        return [*found.values()]

    def open(self, name: str) -> IO[bytes]:
        with self._file(name) as (files, path):
            return cast("IO[bytes]", files.open(path, "rb"))

    def write(self, name: str, text: str) -> None:
        with self._file(name) as (files, path):
            files.pipe_file(path, text.encode("utf-8", "backslashreplace"))

    def append(self, name: str, text: str) -> None:
        self.write(name, b"".join(self.read([name])).decode() + text)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError), self._file(name) as (files, path):
            files.rm_file(path)

    @contextmanager
    def new_file(self, name: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            partial = Path(folder, name)
            yield partial
            with self._file(name) as (files, path):
                files.put_file(str(partial), path)

    @contextmanager
    def _file(self, name: str) -> Iterator[tuple[Any, str]]:
        url = f"{self.url}/{name}"
        files, path = open_file_system(url)
        with faults_of(url):
            yield files, path
