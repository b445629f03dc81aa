"""The standard streams of a command: their errors name them, and what makes files goes on without them."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ner.files import NO_ROOM

STANDARD_OUTPUT = "standard output"


class _Input(io.FileIO):
    """Standard input, whose errors name it."""

    def readinto(self, buffer: Any) -> int | None:
        with _named("standard input"):
            return super().readinto(buffer)


class _Output(io.FileIO):
    """A stream to write to that fails once at most: what comes after its first error is thrown away.

    Args:
        descriptor: of the stream.
        label: its name in an error.
        is_optional: whether the command goes on without it.
    """

    def __init__(self, descriptor: int, label: str, *, is_optional: bool) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._label, self.is_optional = label, is_optional
        self.failure: OSError | None = None

    def write(self, data: Any) -> int | None:  # type: ignore[override]  # None: the system can't take more now
        if self.failure is None:
            try:
                with _named(self._label):
                    return super().write(data)
            except OSError as error:
                self.failure = error
                if not self.is_optional:
                    raise
        return memoryview(data).nbytes


class _Errors(_Output):
    """Standard error, which every command goes on without. It is tried each time: a full disk may have room again."""

    def __init__(self) -> None:
        super().__init__(2, "standard error", is_optional=True)

    def write(self, data: Any) -> int | None:  # type: ignore[override]
        self.failure = None
        return super().write(data)


@contextmanager
def _named(label: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error.filename = label
        raise


@contextmanager
def standard_streams() -> Iterator[None]:
    """Replace the streams of the process inside the block; those that somebody else has replaced stay.

    A stream that is closed fails when it is used. Its number is taken, so that no file gets it, and the output of a
    library with it.
    """
    own = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is getattr(sys, f"__{name}__")]
    before = {name: getattr(sys, name) for name in own}
    if os.name == "nt":  # where a console is no file
        yield
        return
    for descriptor in range(3):
        _occupy(descriptor)
    make: dict[str, Callable[[], Any]] = {
        "stdin": lambda: io.BufferedReader(_Input(0, "rb", closefd=False)),
        "stdout": lambda: io.BufferedWriter(_Output(1, STANDARD_OUTPUT, is_optional=False)),
        "stderr": lambda: io.BufferedWriter(_Errors()),
    }
    try:
        for name in own:
            setattr(sys, name, _text(make[name](), before[name]))
        yield
    finally:
        for name in own:
            with suppress(OSError, ValueError):
                getattr(sys, name).flush()
            setattr(sys, name, before[name])


def _occupy(descriptor: int) -> None:
    """Open a standard stream that is closed in the direction that fails when it is used."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDONLY if descriptor else os.O_WRONLY)


def _text(buffer: Any, before: io.TextIOWrapper | None) -> io.TextIOWrapper:
    """A text stream like the one before. What its encoding doesn't have is written as an escape."""
    if before is None:
        return io.TextIOWrapper(buffer, "utf-8", "backslashreplace")
    errors = "backslashreplace" if buffer.writable() else before.errors
    return io.TextIOWrapper(
        buffer, before.encoding, errors, line_buffering=before.line_buffering, write_through=before.write_through
    )


def go_on_without_output() -> None:
    """Let the command go on when nobody reads its standard output any more: what it makes are files."""
    if (raw := _raw_output()) is not None:
        raw.is_optional = True


def check_output() -> None:
    """Raises OSError if the disk was full that standard output is on, which a command went on without."""
    raw = _raw_output()
    if raw is not None and raw.failure is not None and raw.failure.errno in NO_ROOM:
        raise raw.failure


def output_was_closed() -> bool:
    """Whether the reader of standard output, such as head, has seen enough."""
    raw = _raw_output()
    return raw is not None and isinstance(raw.failure, BrokenPipeError)


def _raw_output() -> _Output | None:
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw if isinstance(raw, _Output) else None
