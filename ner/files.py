"""Writing files so that they appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """The path of an empty file beside `path` that takes its name when the block ends, and is removed if it fails.

    Raises:
        OSError: the folder can't be written, or the disk is full; an older file at `path` is as before.
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
    """Give a file the rights that any new one has: what is made as a temporary file, its owner alone may read."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(0o666 & ~umask)


@contextmanager
def atomic_writer(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a text file that appears at `path` when the block ends, as with `atomic_path`."""
    with atomic_path(path) as partial, partial.open("w", encoding=encoding, newline="\n") as file:
        yield file
