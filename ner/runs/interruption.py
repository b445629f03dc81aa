"""Handling Ctrl-C in a long run: the run checks for it, and stops at a suitable time."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Records Ctrl-C: `requested` is True after it. A second Ctrl-C ends the program as usual."""

    def __init__(self) -> None:
        self.requested = False

    @contextmanager
    def catch_interrupt(self) -> Iterator[None]:
        """Catch Ctrl-C inside the block."""
        before = signal.getsignal(signal.SIGINT)

        def ask(number: int, frame: FrameType | None) -> None:
            self.requested = True
            signal.signal(signal.SIGINT, before)

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
