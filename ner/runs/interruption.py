"""Handling Ctrl-C in a long run: the run checks for it, and stops at a suitable time."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = "stopping after this step, and saving it"
"""What a run tells when it is asked to stop."""


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
    def catch_interrupt(self, tell: Callable[[str], None] | None = None) -> Iterator[None]:
        """Catch the signals inside the block. Only the main thread gets signals, so other threads catch nothing.

        Args:
            tell: told at once that the run will stop, and how to stop it without delay. It is called in another thread.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        others = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        taken = [number for number in others if signal.getsignal(number) is signal.SIG_DFL]
        before = signal.getsignal(signal.SIGINT)

        def ask(number: int, frame: FrameType | None) -> None:
            if tell and not self.requested:  # a signal may come while the main thread prints
                more = "" if self._insist else "; press Ctrl-C again to stop at once, without saving"
                threading.Thread(target=tell, args=(STOPPING + more,), daemon=True).start()
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
