"""The files that shards are cut from: whether they are still the same, and where the lines of shards begin in them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ner.records.source_files import path_of

_BLOCK = 1 << 20


@dataclass(frozen=True)
class InputState:
    """What tells the state of files.

    Args:
        files: their number.
        bytes: their size.
        seen: a digest of their names, sizes and times, which takes no time.
        content: a digest of their names and contents; "" if it has not been computed.
    """

    files: int
    bytes: int
    seen: str
    content: str = ""


def look_at_files(names: Sequence[str]) -> InputState:
    """The state of files, without reading them.

    Raises:
        OSError: a file is not there any more.
    """
    digest, size = hashlib.sha256(), 0
    for path in _paths(names):
        found = path.stat()
        size += found.st_size
        digest.update(f"{path}\n{found.st_size} {found.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    digest.update("\n".join(names).encode("utf-8", "surrogateescape"))
    return InputState(len(names), size, digest.hexdigest()[:16])


def read_files(names: Sequence[str], lines: Mapping[Path, Iterable[int]]) -> tuple[str, dict[Path, dict[int, int]]]:
    """Read files as bytes.

    Args:
        names: the files.
        lines: the numbers of some lines of each text file, from 1, in ascending order.

    Returns:
        A digest of names and contents, and the byte at which each of the lines begins.

    Raises:
        OSError: a file can't be read.
    """
    digest = hashlib.sha256("\n".join(names).encode("utf-8", "surrogateescape"))
    starts: dict[Path, dict[int, int]] = {}
    for path in _paths(names):
        wanted = [*lines.get(path, ())]
        found = starts.setdefault(path, {})
        ends = offset = 0  # line ends, and bytes, before the block
        with path.open("rb") as file:
            for block in iter(partial(file.read, _BLOCK), b""):
                digest.update(block)
                here, at = block.count(b"\n"), 0
                passed = ends
                while len(found) < len(wanted) and wanted[len(found)] - 1 <= ends + here:
                    line = wanted[len(found)]
                    while passed < line - 1:
                        at = block.index(b"\n", at) + 1
                        passed += 1
                    found[line] = offset + at
                ends += here
                offset += len(block)
    return digest.hexdigest(), starts


def _paths(names: Iterable[str]) -> list[Path]:
    """The files on the disk: an archive once."""
    return [*dict.fromkeys(map(path_of, names))]
