"""Unlabelled text: plain or gzipped files of any size, a paragraph a line."""

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

_GZIP = b"\x1f\x8b"
_BOM = "\ufeff"
# A longer line is read as several paragraphs, so that a file without line ends needs no more memory than others.
_LONGEST_PARAGRAPH = 10_000


@dataclass(frozen=True)
class Source:
    """A text file; with a weight of 2 it is read twice as often as its size says."""

    path: Path
    weight: float = 1.0


def parse_source(name: str) -> Source:
    """A file as the command line names it: `FILE` or `FILE=WEIGHT`.

    Raises:
        InputError: there is no such file, it is a folder, or the weight is no number above 0.
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
            raise InputError(f"{name}: expected FILE=WEIGHT with a weight above 0, such as {before}=2")
    if path.is_dir():
        raise InputError(f"{path} is a folder: name the files in it, such as {path / '*.txt'}")
    if not path.exists():
        raise InputError(f"there is no file {path}")
    return Source(path, weight)


def paragraphs(path: Path, encoding: str, after: int = 0) -> Iterator[tuple[int, str]]:
    """The lines of a file that hold text, with their numbers from 1, beginning behind line `after`.

    White space around a line isn't part of it.

    Raises:
        InputError: the file is in another encoding than `encoding`, or a broken gzip file.
    """
    check_encoding(encoding)
    try:
        with _open(path, encoding, "strict") as file:
            for number, line in islice(enumerate(_lines(file), 1), after, None):
                if number == 1:
                    line = line.removeprefix(_BOM)
                if "\0" in line:
                    raise InputError(
                        f"{path}:{number}: has a NUL character, which no text has; UTF-16 needs `encoding` utf-16"
                    )
                if line := line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise InputError(
            f"{path}:{_broken_line(path, encoding)}: is not {encoding}; mend it, or name the encoding with "
            "`encoding`, such as gb18030"
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path} is no whole gzip file ({error}): copy it again") from error


def paragraph_hash(paragraph: str) -> int:
    """64 bits that depend on the text alone, so that equal paragraphs share their fate in every file and run."""
    return int.from_bytes(hashlib.blake2b(paragraph.encode(), digest_size=8).digest(), "big")


def is_held_out(paragraph: str, share: float) -> bool:
    """Whether a paragraph is among the share that is never trained on."""
    return paragraph_hash(paragraph) < share * 2**64


@contextmanager
def _open(path: Path, encoding: str, errors: str) -> Iterator[TextIO]:
    with path.open("rb") as raw:
        zipped = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        data = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if zipped else raw
        # Lines end at \n alone: other characters that Python takes for line ends are part of the text.
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
