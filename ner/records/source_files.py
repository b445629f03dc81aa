"""The files that texts are read from: those of folders, zip archives and URLs too, and what gzip or zstd has packed."""

import errno
import glob
import gzip
import io
import os
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast

from ner.errors import InputError
from ner.extras import import_extra
from ner.files import is_special, plain_reason
from ner.records.remote_files import faults_of, is_url, open_file_system

JSON_LINES = (".jsonl", ".ndjson")
DELIMITED = (".csv", ".tsv")
PARQUET, EXCEL, WORD = ".parquet", ".xlsx", ".docx"
WITH_COLUMNS = (*DELIMITED, PARQUET, EXCEL)
TEXT_FILES = (".txt", *JSON_LINES, *WITH_COLUMNS, WORD)
LARGEST_UNPACKED = 500_000_000
"""Bytes of an Excel or Word file when it is unpacked. A novel of a million characters has about 20 million."""

STANDARD_INPUT = "-"
_GZIP, _ZSTD, _ZIP = ".gz", ".zst", ".zip"
_PACKED = (_GZIP, _ZSTD)
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


class Found(NamedTuple):
    """The files that were found, and those of other kinds in the same folders and archives."""

    names: list[str]
    left_out: list[str]


def match_names(names: Iterable[str]) -> list[str]:
    """Put what matches a pattern, such as texts/*.txt or s3://bucket/**/*.jsonl, in its place.

    A name that is there, or that nothing matches, stays as it is.

    Raises:
        InputError: the package for a URL is not installed.
        OSError: a place can't be read.
    """
    found: list[str] = []
    for name in names:
        matches: list[str] = []
        if not glob.has_magic(name):
            pass
        elif is_url(name):
            files, path = open_file_system(name)
            with faults_of(name):
                matches = [files.unstrip_protocol(match) for match in sorted(files.glob(path))]
        elif not os.path.lexists(name):
            matches = sorted(glob.glob(name, recursive=True))
        found += matches or [name]
    return found


def find_files(names: Iterable[str], include: Sequence[str] | None = None) -> Found:
    """Put the text files of folders, at any depth, and of zip archives in their place.

    Names that begin with a dot or with ~$, as the locks of Office do, are left out. A file in an archive has the name
    of the archive before its own: `texts.zip/a.txt`.

    Args:
        names: files, folders and archives. Files and folders can be URLs.
        include: patterns of names, such as *.txt, or of paths in the folder, such as 2024/*. None takes all text
            files.

    Raises:
        InputError: an archive is damaged.
        OSError: a folder or an archive can't be read.
    """
    found = Found([], [])
    for name in names:
        path = Path(name)
        if is_folder(name):
            inside = _walk_url(name) if is_url(name) else [str(file.relative_to(path)) for file in _walk(path)]
        elif path.suffix.lower() == _ZIP and path.is_file():
            with _faults_named(name), _Archive(path) as archive:
                inside = sorted(_readable_name(member) for member in archive.infolist() if not member.is_dir())
        else:
            found.names.append(name)
            continue
        for part in inside:
            if any(step.startswith((".", "~$", "__MACOSX")) for step in PurePosixPath(part).parts):
                continue
            wanted = any(_matches(part, each) for each in include) if include else suffix(part) in TEXT_FILES
            file = f"{name.rstrip('/') if is_url(name) else path}/{part}"
            if path.is_dir() and suffix(part) == _ZIP:
                nested = find_files([file], include)
                found.names.extend(nested.names)
                found.left_out.extend(nested.left_out)
            else:
                (found.names if wanted else found.left_out).append(file)
    return found


def suffix(name: str) -> str:
    """The ending that tells what a file holds, in small letters; .gz and .zst are not it.

    >>> suffix("news.TXT.gz")
    '.txt'
    """
    path = PurePosixPath(name.replace("\\", "/"))
    ending = path.suffix.lower()
    return PurePosixPath(path.stem).suffix.lower() if ending in _PACKED else ending


@contextmanager
def open_file(name: str) -> Iterator[IO[bytes]]:
    """Open a file, a file in a zip archive, or what gzip or zstd has packed.

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
            with open_stored(name) as file, _unpacked(file, name) as unpacked:
                yield unpacked


def open_stored(name: str) -> IO[bytes]:
    """Open a file as it is, packed or not.

    Raises:
        InputError: the package for a URL is not installed.
        OSError: the file can't be read.
    """
    if not is_url(name):
        return open(name, "rb")
    files, path = open_file_system(name)
    with faults_of(name):
        return io.BufferedReader(files.open(path, "rb"))  # for the limit of readline, which fsspec's have not


def is_packed(name: str) -> bool:
    """Whether gzip or zstd has packed a file."""
    return name.lower().endswith(_PACKED)


def stored_name(name: str) -> str:
    """The file on the disk, or its URL: the archive of a file that is in one."""
    return _archive(name) or name


def is_folder(name: str) -> bool:
    """Whether a name is that of a folder."""
    if not is_url(name):
        return Path(name).is_dir()
    files, path = open_file_system(name)
    with faults_of(name):
        return bool(files.isdir(path))


def exists(name: str) -> bool:
    """Whether there is such a file or folder; a file in an archive is there if the archive is."""
    name = stored_name(name)
    if not is_url(name):
        return Path(name).exists()
    files, path = open_file_system(name)
    with faults_of(name):
        return bool(files.exists(path))


def reads_once(name: str) -> bool:
    """Whether a file can be read only once: standard input, a pipe or a device."""
    return name == STANDARD_INPUT or (not is_url(name) and is_special(Path(stored_name(name))))


def state_of(name: str) -> tuple[int, str]:
    """The size of a stored file, and what tells whether it has changed: its time, or what its server says.

    Raises:
        OSError: it is not there.
    """
    if not is_url(name):
        found = Path(name).stat()
        return found.st_size, str(found.st_mtime_ns)
    files, path = open_file_system(name)
    with faults_of(name):
        return int(files.size(path) or 0), str(files.ukey(path))


@contextmanager
def open_package(name: str) -> Iterator[zipfile.ZipFile]:
    """Open a file of Excel or Word, which is a zip archive.

    Raises:
        InputError: it is none, is damaged, or unpacks to more than `LARGEST_UNPACKED`.
        OSError: the file can't be read.
    """
    with open_file(name) as file:
        seekable = io.BytesIO(_bounded(file, name)) if not isinstance(file, io.BufferedReader) else file
        if not zipfile.is_zipfile(seekable):
            raise InputError(f"{name}: is not a file of Excel or Word from 2007 on, or is damaged: save it again")
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


def _walk_url(name: str) -> list[str]:
    files, path = open_file_system(name)
    with faults_of(name):
        return sorted(str(file)[len(path.rstrip("/")) + 1 :] for file in files.find(path))


def _matches(part: str, pattern: str) -> bool:
    return fnmatch(part if "/" in pattern else PurePosixPath(part).name, pattern)


def _archive(name: str) -> str:
    """The zip archive that a file is in, "" if in none."""
    if is_url(name) or Path(name).exists() or _ZIP not in name.lower():
        return ""
    parents = (parent for parent in Path(name).parents if parent.suffix.lower() == _ZIP and parent.is_file())
    return next(map(str, parents), "")


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    ending = PurePosixPath(name.lower()).suffix
    if ending == _GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if ending == _ZSTD:
        return cast("IO[bytes]", _zstd(name).ZstdFile(file))
    return file


def _zstd(name: str) -> Any:
    return import_extra("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", "zstd", name)


def _faults(name: str) -> tuple[type[Exception], ...]:
    return (*_FAULTS, _zstd(name).ZstdError) if name.lower().endswith(_ZSTD) else _FAULTS


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
    except _faults(name) as error:
        if type(error) is RuntimeError and "password" not in str(error):
            raise
        # A damaged archive lets zipfile seek to places before its beginning.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise InputError(f"{name}: can't be unpacked ({plain_reason(error)}): pack it again") from error
