"""Reading JSON files, and writing files that appear complete or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from ner.bounded_json import parse_json
from ner.errors import InputError

MOST_BYTES = 64 << 20
"""The most that is read of a JSON or settings file. The largest, of characters or a long training run, have some MB."""
_LONGEST_REASON = 200  # characters of the words of a library


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give an empty file next to `path`, which is renamed to `path` when the block ends.

    If the block fails, the new file is removed and an older file at `path` stays as it was.

    Raises:
        OSError: the folder can't be written, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        grant_usual_rights(partial)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def grant_usual_rights(path: Path) -> None:
    """Give a file the rights of any new file. A temporary file can be read by its owner only."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(0o666 & ~umask)


@contextmanager
def atomic_writer(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a text file that appears at `path` when the block ends.

    Raises:
        OSError: see `atomic_path`.
    """
    with atomic_path(path) as partial, partial.open("w", encoding=encoding, newline="\n") as file:
        yield file


def write_text(text: str, path: Path) -> None:
    r"""Write a text in UTF-8. The file appears complete or not at all.

    Half of a surrogate pair, which UTF-8 can't store, is written as its escape, for example \ud83d.

    Raises:
        OSError: see `atomic_path`.
    """
    with atomic_writer(path) as file:
        file.write(text.encode("utf-8", "backslashreplace").decode())


def write_json(content: Any, path: Path, *, indent: int = 2) -> None:
    """Write `content` as indented JSON, as `write_text` writes a text.

    Raises:
        OSError: see `atomic_path`.
    """
    write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", path)


def read_json(path: Path, advice: str) -> Any:
    """Read a JSON file that this program wrote.

    Args:
        path: the file.
        advice: what the user can do if the file is damaged.

    Raises:
        InputError: the file is not JSON in UTF-8, or it is nested too deeply. The message ends with the advice.
        OSError: the file can't be read.
    """
    try:
        return parse_json(read_bounded(path))
    except ValueError as error:
        raise damaged_file(path, error, advice) from error


def read_bounded(path: Path) -> str:
    """Read a small text in UTF-8. A pipe that nobody writes to is empty.

    Raises:
        ValueError: it is not UTF-8, or larger than `MOST_BYTES`. The message is one for users.
        OSError: the file can't be read.
    """
    # Opening a named pipe waits for somebody who writes, unless the flag is given.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    with open(descriptor, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MB")
    return content.decode("utf-8").replace("\r\n", "\n")


def damaged_file(path: Path, error: Exception, advice: str) -> InputError:
    """Say in one sentence which file is damaged, how, and what to do.

    Args:
        path: the file.
        error: the exception that a library raised because of it.
        advice: what the user can do.
    """
    reason = str(error).strip().split("\n")[0][:_LONGEST_REASON] or "it can't be read"
    return InputError(f"{path} is damaged ({reason}): {advice}")


def require_utf8_name(path: Path) -> None:
    """Check the name of a file or folder that a library has to open which takes only names in UTF-8.

    Raises:
        InputError: the name has other bytes.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode("utf-8", "backslashreplace").decode()
        raise InputError(
            f"the name {shown} is not UTF-8, and weights can't be read or written there: rename it"
        ) from None
