"""The files that texts are read from: those of folders and zip archives too, and what gzip has packed."""

import errno
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast

from ner.errors import InputError
from ner.files import plain_reason

JSON_LINES = (".jsonl", ".ndjson")
DELIMITED = (".csv", ".tsv")
PARQUET, EXCEL, WORD = ".parquet", ".xlsx", ".docx"
WITH_COLUMNS = (*DELIMITED, PARQUET, EXCEL)
TEXT_FILES = (".txt", *JSON_LINES, *WITH_COLUMNS, WORD)
LARGEST_UNPACKED = 500_000_000
"""Bytes of an Excel or Word file when it is unpacked. A novel of a million characters has about 20 million."""

_GZIP, _ZIP = ".gz", ".zip"
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


class Found(NamedTuple):
    """The files that were found, and those of other kinds in the same folders and archives."""

    names: list[str]
    left_out: list[str]


def find_files(names: Iterable[str], include: str | None = None) -> Found:
    """Put the text files of folders, at any depth, and of zip archives in their place.

    Names that begin with a dot or with ~$, as the locks of Office do, are left out. A file in an archive has the name
    of the archive before its own: `texts.zip/a.txt`.

    Args:
        names: files, folders and archives.
        include: a pattern of names, such as *.txt, or of paths in the folder, such as 2024/*. None takes all text
            files.

    Raises:
        InputError: an archive is damaged.
        OSError: a folder or an archive can't be read.
    """
    found = Found([], [])
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = [str(file.relative_to(path)) for file in _walk(path)]
        elif path.suffix.lower() == _ZIP and path.is_file():
            with _faults_named(name), _Archive(path) as archive:
                inside = sorted(_readable_name(member) for member in archive.infolist() if not member.is_dir())
        else:
            found.names.append(name)
            continue
        for part in inside:
            if any(step.startswith((".", "~$", "__MACOSX")) for step in PurePosixPath(part).parts):
                continue
            wanted = _matches(part, include) if include else suffix(part) in TEXT_FILES
            file = f"{path}/{part}"
            if path.is_dir() and suffix(part) == _ZIP:
                nested = find_files([file], include)
                found.names.extend(nested.names)
                found.left_out.extend(nested.left_out)
            else:
                (found.names if wanted else found.left_out).append(file)
    return found


def suffix(name: str) -> str:
    """The ending that tells what a file holds, in small letters; .gz is not it.

    >>> suffix("news.TXT.gz")
    '.txt'
    """
    path = PurePosixPath(name.replace("\\", "/"))
    ending = path.suffix.lower()
    return PurePosixPath(path.stem).suffix.lower() if ending == _GZIP else ending


@contextmanager
def open_file(name: str) -> Iterator[IO[bytes]]:
    """Open a file, a file in a zip archive, or what gzip has packed.

    Raises:
        InputError: what is packed is damaged, or has a password.
        OSError: the file can't be read.
    """
    archive = _archive(name)
    with _faults_named(name):
        if archive:
            with _Archive(archive) as opened:
                part = name[len(archive) + 1 :]
                member = next(each for each in opened.infolist() if _readable_name(each) == part)
                with opened.open(member) as file, _unpacked(file, name) as unpacked:
                    yield unpacked
        else:
            with open(name, "rb") as file, _unpacked(file, name) as unpacked:
                yield unpacked


def is_packed(name: str) -> bool:
    """Whether gzip has packed a file."""
    return name.lower().endswith(_GZIP)


def path_of(name: str) -> Path:
    """The file on the disk: the archive of a file that is in one."""
    return Path(_archive(name) or name)


@contextmanager
def open_package(name: str) -> Iterator[zipfile.ZipFile]:
    """Open a file of Excel or Word, which is a zip archive.

    Raises:
        InputError: it is none, is damaged, or unpacks to more than `LARGEST_UNPACKED`.
        OSError: the file can't be read.
    """
    with open_file(name) as file:
        seekable = io.BytesIO(_bounded(file, name)) if not isinstance(file, io.BufferedReader) else file
        with _Archive(seekable) as package:
            if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED:
                raise _too_large(name)
            yield package


class _Archive(zipfile.ZipFile):
    """A zip archive, in which names that are not in the encoding that it says are damage like any other."""

    def __init__(self, file: Any) -> None:
        with self._names_checked():
            super().__init__(file)

    def open(self, *args: Any, **options: Any) -> IO[bytes]:
        with self._names_checked():
            return super().open(*args, **options)

    @contextmanager
    def _names_checked(self) -> Iterator[None]:
        try:
            yield
        except UnicodeDecodeError as error:
            raise zipfile.BadZipFile(f"a name in it is not UTF-8: byte {error.object[error.start]:#x}") from None


def _bounded(file: IO[bytes], name: str) -> bytes:
    data = file.read(LARGEST_UNPACKED + 1)
    if len(data) > LARGEST_UNPACKED:
        raise _too_large(name)
    return data


def _too_large(name: str) -> InputError:
    return InputError(f"{name}: unpacks to more than {LARGEST_UNPACKED:,} bytes: cut it into several files")


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise error

    for place, folders, files in os.walk(folder, onerror=fail):
        folders.sort()
        yield from (Path(place, file) for file in sorted(files))


def _matches(part: str, include: str) -> bool:
    return fnmatch(part if "/" in include else PurePosixPath(part).name, include)


def _archive(name: str) -> str:
    """The zip archive that a file is in, "" if in none."""
    if Path(name).exists() or _ZIP not in name.lower():
        return ""
    parents = (parent for parent in Path(name).parents if parent.suffix.lower() == _ZIP and parent.is_file())
    return next(map(str, parents), "")


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if is_packed(name) else file


def _readable_name(member: zipfile.ZipInfo) -> str:
    """The name of a file in an archive. Chinese Windows writes names in GBK, which Python reads as code page 437."""
    if not member.flag_bits & 0x800:
        try:
            return member.orig_filename.encode("cp437").decode("gb18030").replace("\\", "/")
        except UnicodeError:
            pass
    return member.filename


@contextmanager
def _faults_named(name: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        if type(error) is RuntimeError and "password" not in str(error):
            raise
        # A damaged archive lets zipfile seek to places before its beginning.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise InputError(f"{name}: can't be unpacked ({plain_reason(error)}): pack it again") from error
