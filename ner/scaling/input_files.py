"""The files that shards are cut from: whether they are still the same, and where the lines of shards begin in them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ner.records.source_files import open_stored, state_of, stored_name

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
    for name in _stored(names):
        bytes_of_file, seen = state_of(name)
        size += bytes_of_file
        digest.update(f"{name}\n{bytes_of_file} {seen}\n".encode("utf-8", "surrogateescape"))
    digest.update("\n".join(names).encode("utf-8", "surrogateescape"))
    return InputState(len(names), size, digest.hexdigest()[:16])


def read_files(names: Sequence[str], lines: Mapping[str, Iterable[int]]) -> tuple[str, dict[str, dict[int, int]]]:
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
    starts: dict[str, dict[int, int]] = {}
    for name in _stored(names):
        wanted = [*lines.get(name, ())]
        found = starts.setdefault(name, {})
        ends = offset = 0  # line ends, and bytes, before the block
        with open_stored(name) as file:
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


def _stored(names: Iterable[str]) -> list[str]:
    """The files as they are stored: an archive once."""
    return [*dict.fromkeys(map(stored_name, names))]
