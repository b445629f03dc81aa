"""Progress on a terminal: a bar and lines on standard error; without a terminal a line every 30 seconds."""

import time

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from ner.translation import translate

_SECONDS_PER_LINE = 30


class TerminalProgress:
    """Shows `ner.runs.progress.Progress` with rich.

    Args:
        console: to show it on; None for standard error.
        quiet: show nothing.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self._console = console or Console(stderr=True, quiet=quiet)
        self._bars: Bars | None = None
        self._total: float | None = None
        self._task = ""
        self._began = self._told = 0.0

    def note(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def start(self, task: str, total: float | None) -> None:
        self.finish()
        self._total, self._task = total, task
        self._began = self._told = time.monotonic()
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[count]}", markup=False),
            TextColumn("{task.fields[status]}", markup=False),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        self._bars.add_task(translate(task), total=total, count="", status="")
        self._bars.start()

    def advance(self, done: float, status: str = "") -> None:
        if self._bars is None:
            return
        self._bars.update(TaskID(0), completed=done, count=self._count(done), status=translate(status))
        now = time.monotonic()
        if not self._console.is_terminal and now - self._told >= _SECONDS_PER_LINE:
            self._told = now
            left = (now - self._began) * (self._total / done - 1) if self._total and done else None
            time_left = f"{left:,.0f} s left" if left is not None else ""
            self.note(f"{self._task}: {', '.join(filter(None, (self._count(done), status, time_left)))}")

    def finish(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _count(self, done: float) -> str:
        """How much is done: steps as numbers, anything else in percent."""
        if not self._total:
            return ""
        if isinstance(self._total, int) and isinstance(done, int) and self._total < 10**7:
            return f"{done:,}/{self._total:,}"
        return f"{done / self._total:.0%}"
