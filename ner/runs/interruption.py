"""Handling Ctrl-C in a long run: the run checks for it, and stops at a suitable time."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Records Ctrl-C: `requested` is True after it. A second Ctrl-C ends the program as usual.

    SIGTERM, the signal of a batch system, and SIGHUP, that of a closed terminal, are recorded too, unless the program
    handles them itself.

    Args:
        insist: whether further signals change nothing, as whoever sends them knows how to end the program.
    """

    def __init__(self, *, insist: bool = False) -> None:
        self.requested = False
        self._insist = insist

    @contextmanager
    def catch_interrupt(self) -> Iterator[None]:
        """Catch the signals inside the block. Only the main thread gets signals, so other threads catch nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        others = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        taken = [number for number in others if signal.getsignal(number) is signal.SIG_DFL]
        before = signal.getsignal(signal.SIGINT)

        def ask(number: int, frame: FrameType | None) -> None:
            self.requested = True
            if not self._insist:
                signal.signal(signal.SIGINT, before)

        for number in (signal.SIGINT, *taken):
            signal.signal(number, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            for number in taken:
                signal.signal(number, signal.SIG_DFL)
