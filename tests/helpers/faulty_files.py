"""Makes the n-th write, rename or fsync of this process fail, or end the process there.

It wraps what Python code writes files with. What a library writes from C++ or Rust, it doesn't see but for its renaming
in Python; a limit on the size of files reaches that, too (`file_size` of a request to the fork server).
"""

import builtins
import errno
import io
import os
import pathlib
import shutil
import signal
from collections.abc import Callable, Iterable
from typing import Any, Literal

Operation = Literal["write", "rename", "fsync"]
_LETTERS = {"write": b"w", "rename": b"r", "fsync": b"f"}


def install(
    number: int, action: Literal["ENOSPC", "EIO", "kill", "count"], log: str, operation: Operation | None = None
) -> None:
    """Wrap the functions.

    Args:
        number: the one, from 1, that fails. If the disk is full, so do all writes after it.
        action: what happens there; `count` for nothing.
        log: a file that tells how many there were: a letter each.
        operation: what is counted; all three if None.
    """
    journal = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    write, done = os.write, [0]

    def counter(kind: Operation) -> Callable[[], None]:
        def count() -> None:
            done[0] += 1
            write(journal, _LETTERS[kind])
            if action == "count" or done[0] < number:
                return
            if action == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if action == "ENOSPC" or done[0] == number:  # a full disk stays full
                code = getattr(errno, action)
                raise OSError(code, os.strerror(code))

        return count

    if operation in (None, "write"):
        _wrap_open(counter("write"))
        _wrap(("write",), counter("write"))
        shutil._USE_CP_SENDFILE = False  # type: ignore[attr-defined]  # copies by write
    if operation in (None, "rename"):
        _wrap(("rename", "replace", "link"), counter("rename"))
    if operation in (None, "fsync"):
        _wrap(("fsync", "fdatasync"), counter("fsync"))


def _wrap(names: Iterable[str], count: Callable[[], None]) -> None:
    """Count the calls of some functions of `os`."""

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            count()
            return function(*arguments, **options)

        return run

    accessor = getattr(pathlib, "_NormalAccessor", None)  # of Python 3.10, which keeps the functions
    for name in names:
        if hasattr(os, name):
            setattr(os, name, counted(getattr(os, name)))
            if hasattr(accessor, name):
                setattr(accessor, name, staticmethod(getattr(os, name)))


def _wrap_open(count: Callable[[], None]) -> None:
    opened = io.open

    class Counted(io.FileIO):
        def write(self, data: Any) -> int:
            if self.fileno() > 2:
                count()
            return super().write(data)

    def open_counted(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if not set(mode) & set("wax+"):
            return opened(file, mode, buffering, encoding, errors, newline, closefd, opener)
        binary = mode.replace("t", "").replace("b", "")
        raw = Counted(file, binary, closefd, opener)
        if buffering == 0:
            return raw
        buffer = io.BufferedRandom(raw) if "+" in binary else io.BufferedWriter(raw)
        if "b" in mode:
            return buffer
        text = io.TextIOWrapper(buffer, encoding, errors, newline, line_buffering=buffering == 1)
        text.mode = mode
        return text

    builtins.open = open_counted
    io.open = open_counted
    os.fdopen = open_counted
    if accessor := getattr(pathlib, "_NormalAccessor", None):
        accessor.open = staticmethod(open_counted)
