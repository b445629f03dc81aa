"""Lines of a stream as they come, for a pipe or a terminal whose writer makes pauses."""

import select
import time
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeVar

_BLOCK = 65_536
_PAUSE = 0.05
_LONGEST_WAIT = 0.5
"""Seconds. So much time after its first item a part ends even if items keep coming, as soon as none is waiting."""

_Item = TypeVar("_Item")


class LiveLines:
    r"""The lines of a binary stream, of which it can be told whether one is there.

    Args:
        stream: the stream. It is only asked for more when no line is left, and then for what is there.
        encoding: its encoding. Only \n ends a line.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._read_block: Callable[[int], bytes] = stream.read1  # type: ignore[attr-defined]
        self.encoding = encoding
        self._decoder = getincrementaldecoder(encoding)()
        self._lines: deque[str] = deque()
        self._rest = ""
        self._ended = False
        self._error: UnicodeError | None = None

    def readline(self, limit: int, /) -> str:
        """The next line with its end, or the first `limit` characters of it; "" at the end of the stream.

        Raises:
            UnicodeError: the stream has another encoding.
        """
        while not self._lines and not self._ended and len(self._rest) < limit:
            self._read()
        if self._lines:
            return self._lines.popleft()
        if self._error is not None:
            raise self._error
        line, self._rest = self._rest[:limit], self._rest[limit:]
        return line

    def has_line(self, seconds: float) -> bool:
        """Whether a line, or the end of the stream, is there or comes before a pause of so many seconds."""
        while not self._lines and not self._ended:
            if not _has_bytes(self._stream, seconds):
                return False
            self._read()
        return True

    def _read(self) -> None:
        block = self._read_block(_BLOCK)
        self._ended = not block
        try:
            text = self._decoder.decode(block, final=self._ended)
        except UnicodeError as error:
            self._error, self._ended = error, True
            return
        *lines, rest = text.split("\n")
        if lines:
            lines[0] = self._rest + lines[0]
            self._rest = ""
        self._rest += rest
        self._lines.extend(f"{line}\n" for line in lines)


def _has_bytes(stream: Any, seconds: float) -> bool:
    """Whether the stream has bytes or has ended. True where this can't be told: on Windows, and for no real file."""
    try:
        return bool(select.select([stream], [], [], seconds)[0])
    except (OSError, TypeError, ValueError):
        return True


def until_pauses(items: Iterator[_Item], is_ready: Callable[[float], bool]) -> Iterator[Iterator[_Item]]:
    """Cut a stream of items into parts that end when the stream pauses for 50 ms.

    A part also ends half a second after its first item, when no item is waiting. Each part must be read to its end
    before the next one is asked for.

    Args:
        items: the items.
        is_ready: whether the next item is there, or comes before a pause of so many seconds.
    """
    for first in items:
        yield _part(first, items, is_ready)


def _part(first: _Item, items: Iterator[_Item], is_ready: Callable[[float], bool]) -> Iterator[_Item]:
    ends = time.monotonic() + _LONGEST_WAIT
    yield first
    while is_ready(min(_PAUSE, max(0.0, ends - time.monotonic()))):
        try:
            yield next(items)
        except StopIteration:
            return
