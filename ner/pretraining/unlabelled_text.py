"""Unlabelled text: plain or gzipped files of any size, with one paragraph per line."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from ner.data.text_encoding import check_encoding
from ner.errors import InputError
from ner.files import damaged_file
from ner.records.source_files import JSON_LINES, WITH_COLUMNS, WORD, suffix

_GZIP = b"\x1f\x8b"
_BOM = "\ufeff"
_NO_TEXT = (*JSON_LINES, *WITH_COLUMNS, WORD, ".json", ".zip")
_ZSTD = ".zst"
# A longer line is read as several paragraphs, so a file without line breaks doesn't need more memory.
_LONGEST_PARAGRAPH = 10_000


@dataclass(frozen=True)
class Source:
    """A text file and its weight. With a weight of 2, it is read twice as often as with a weight of 1."""

    path: Path
    weight: float = 1.0


def parse_source(name: str) -> Source:
    """Read the name of a file, `FILE` or `FILE=WEIGHT`.

    Raises:
        InputError: there is no such file, it is a folder, or the weight is not a number above 0.
    """
    path, weight = Path(name), 1.0
    before, equals, behind = name.rpartition("=")
    if equals and not path.exists():
        path = Path(before)
        try:
            weight = float(behind)
        except ValueError:
            weight = 0.0
        if not 0 < weight < float("inf"):
            raise InputError(f"{name}: expected FILE=WEIGHT with a weight above 0, for example {before}=2")
    if path.is_dir():
        raise InputError(f"{path} is a folder: give the files in it, for example {path / '*.txt'}")
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if suffix(str(path)) in _NO_TEXT or path.suffix.lower() == _ZSTD:
        raise InputError(f"{path}: expected plain text with one paragraph per line, which gzip may have packed")
    return Source(path, weight)


def paragraphs(path: Path, encoding: str, after: int = 0) -> Iterator[tuple[int, str]]:
    """Read the lines of a file. Empty lines and white space around a line are left out.

    Args:
        path: the file.
        encoding: its encoding.
        after: start after this line.

    Yields:
        The number of each line, from 1, and its text.

    Raises:
        InputError: the file has another encoding, or it is a damaged gzip file.
    """
    check_encoding(encoding)
    try:
        with _open(path, encoding, "strict") as file:
            for number, line in islice(enumerate(_lines(file), 1), after, None):
                if number == 1:
                    line = line.removeprefix(_BOM)
                if "\0" in line:
                    raise InputError(
                        f"{path}:{number}: has a NUL character: remove it, or pass `encoding` utf-16 if it is UTF-16"
                    )
                if line := line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise InputError(
            f"{path}:{_broken_line(path, encoding)}: is not {encoding}: correct the line, or pass the right "
            "`encoding`, for example gb18030"
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged_file(path, error, "copy it again") from error


def paragraph_hash(paragraph: str) -> int:
    """A 64-bit hash of the text. The same paragraph has the same hash in every file and run."""
    return int.from_bytes(hashlib.blake2b(paragraph.encode(), digest_size=8).digest(), "big")


def is_held_out(paragraph: str, share: float) -> bool:
    """Whether a paragraph belongs to the share that is held out: a hash of its text decides."""
    return paragraph_hash(paragraph) < share * 2**64


@contextmanager
def _open(path: Path, encoding: str, errors: str) -> Iterator[TextIO]:
    with path.open("rb") as raw:
        zipped = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        data = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if zipped else raw
        # Only \n ends a line. Other characters that end a line in Python are part of the text.
        yield io.TextIOWrapper(data, encoding, errors, newline="\n")


def _lines(file: TextIO) -> Iterator[str]:
    return iter(partial(file.readline, _LONGEST_PARAGRAPH), "")


def _broken_line(path: Path, encoding: str) -> int:
    """The number of the first line that is not in `encoding`."""
    with _open(path, encoding, "surrogateescape") as file:
        return next(
            number
            for number, line in enumerate(_lines(file), 1)
            if any("\udc80" <= character <= "\udcff" for character in line)
        )
