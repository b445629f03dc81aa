"""Tagging text files of any size: lines in, records out, in order and in constant memory."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import tee
from pathlib import Path
from typing import TextIO

from ner.data.decoding import check_encoding, decode
from ner.errors import InputError
from ner.files import atomic_writer
from ner.tagging.tagger import Tagger
from ner.tagging.writers import WRITERS, FormatName, Record

STANDARD_INPUT = "-"
_BOM = "\ufeff"


def read_records(names: Iterable[str], encoding: str = "utf-8") -> Iterator[Record]:
    """The lines of text files, `-` for standard input; a byte order mark and line ends are not part of them.

    Raises:
        InputError: a file holds something else than text in `encoding`.
        OSError: a file can't be read.
    """
    for name in names:
        try:
            with _open_input(name, encoding) as lines:
                for number, line in enumerate(lines, 1):
                    text = line.rstrip("\n").removesuffix("\r").removeprefix(_BOM if number == 1 else "")
                    if "\0" in text:
                        raise InputError(
                            f"{name}:{number}: has a NUL character, which no text has; UTF-16 needs --encoding utf-16"
                        )
                    yield Record(name, number, text)
        except UnicodeError as error:
            if name != STANDARD_INPUT:
                decode(Path(name).read_bytes(), name, encoding)  # names the line and the likely encoding
            raise InputError(f"{name} is not {encoding}: pass its encoding with --encoding, such as gb18030") from error


def check_files(names: Iterable[str], encoding: str) -> None:
    """Look at all that can be wrong before anything is read.

    Raises:
        InputError: with all files that don't exist or are no files, or the encoding if there is none of that name.
    """
    check_encoding(encoding)
    problems = []
    for name in names:
        path = Path(name)
        if name != STANDARD_INPUT and path.is_dir():
            problems.append(f"{name} is a folder: name the files in it, such as {path / '*.txt'}")
        elif name != STANDARD_INPUT and not path.exists():
            problems.append(f"there is no file {name}")
    if problems:
        raise InputError("\n".join(problems))


def text_records(texts: Iterable[str]) -> Iterator[Record]:
    """Texts as records, without a file and numbered from 1."""
    for number, text in enumerate(texts, 1):
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(f"text {number} is not valid in the terminal's encoding: put it into a file")
        yield Record("", number, text)


def total_bytes(names: Iterable[str]) -> int | None:
    """The size of all files together; None where it can't be known before they are read."""
    paths = [Path(name) for name in names]
    return sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None


def tag_records(
    tagger: Tagger,
    records: Iterable[Record],
    output: Path | None,
    format_name: FormatName,
    progress: Callable[[Record], None],
) -> None:
    """Tag records into the file `output`, which appears when all is done, or to standard output as they come.

    `progress` is called with each record that has been written.

    Raises:
        OSError: the output can't be written.
    """
    with _open_output(output, format_name) as file:
        writer = WRITERS[format_name](file)
        ahead, behind = tee(records)
        results = tagger.tag_stream(record.text for record in ahead)
        for record, entities in zip(behind, results, strict=True):
            writer.write(record, entities)
            progress(record)


@contextmanager
def _open_input(name: str, encoding: str) -> Iterator[TextIO]:
    # Lines end at \n alone: other characters that Python takes for line ends are part of the text.
    if name == STANDARD_INPUT:
        yield io.TextIOWrapper(sys.stdin.buffer, encoding, newline="\n")
        return
    with open(name, encoding=encoding, newline="\n") as file:
        yield file


@contextmanager
def _open_output(output: Path | None, format_name: FormatName) -> Iterator[TextIO]:
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # as in files, whatever the terminal's locale is
        yield sys.stdout
        sys.stdout.flush()
        return
    # A spreadsheet program takes CSV for UTF-8 only if it begins with a byte order mark.
    with atomic_writer(output, "utf-8-sig" if format_name == "csv" else "utf-8") as file:
        yield file
