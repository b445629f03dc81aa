"""SIGTERM, of a batch system, and SIGHUP, of a closed terminal, end a command as Ctrl-C does."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopSignals:
    """Hands both signals to whoever takes Ctrl-C at that time, and remembers which came.

    A long run that takes Ctrl-C as a request to stop needs no more: see `ner.runs.interruption`.
    """

    def __init__(self) -> None:
        self._number = signal.SIGINT
        self._ignored_afterwards = False

    def ignore_afterwards(self) -> None:
        """Ignore all stop signals after the command: its exit status is decided, and the process is about to end."""
        self._ignored_afterwards = True

    @property
    def name(self) -> str:
        """The signal that came, "Ctrl-C" if it was none of both."""
        return "Ctrl-C" if self._number == signal.SIGINT else self._number.name

    @property
    def status(self) -> int:
        """The exit status of a command that was stopped, as shells count it."""
        return 128 + self._number

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Take over both signals inside the block, where nobody has yet; nohup, for example, ignores SIGHUP."""
        self._number = signal.SIGINT
        wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        if threading.current_thread() is not threading.main_thread():  # which alone may
            wanted = []
        taken = [number for number in wanted if signal.getsignal(number) is signal.SIG_DFL]
        for number in taken:
            signal.signal(number, self._stop)
        try:
            yield
        finally:
            for number in taken:
                signal.signal(number, signal.SIG_IGN if self._ignored_afterwards else signal.SIG_DFL)
            if self._ignored_afterwards:
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._number != signal.SIGINT:  # a session that ends sends both, and timeout one of them twice
            return
        self._number = signal.Signals(number)
        interrupt = signal.getsignal(signal.SIGINT)
        if callable(interrupt):
            interrupt(signal.SIGINT, frame)
        else:  # it is ignored, as in the background of a script
            raise KeyboardInterrupt


STOP_SIGNALS = StopSignals()
"""Those of this process."""
