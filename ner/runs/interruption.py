"""Ctrl-C as a request that a long run answers when it can."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """`asked` tells whether the user pressed Ctrl-C inside `installed`; a second Ctrl-C ends the program as usual."""

    def __init__(self) -> None:
        self.requested = False

    @contextmanager
    def catch_interrupt(self) -> Iterator[None]:
        """Take over the signal inside the block."""
        before = signal.getsignal(signal.SIGINT)

        def ask(number: int, frame: FrameType | None) -> None:
            self.requested = True
            signal.signal(signal.SIGINT, before)

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
