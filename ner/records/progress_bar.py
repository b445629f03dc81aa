"""The progress bar over records: how far, how fast."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ner.records.record import Record


class ShowRecords:
    """Shows characters done and characters a second on standard error, where that is a terminal.

    Args:
        doing: what is done to them, in a word.
        total: bytes to come, for the share that is done; None if they can't be known.
        encoding: of the input, to count bytes by.
    """

    def __init__(self, doing: str, total: int | None, encoding: str) -> None:
        console = Console(stderr=True)
        self._encoding = encoding
        self._characters = 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(show_speed=False),
            TextColumn("{task.fields[characters]:,} characters, {task.fields[speed]:,.0f} a second"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task(doing, total=total, characters=0, speed=0.0)

    def __enter__(self) -> "ShowRecords":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, record: Record) -> None:
        """Count a record that is done."""
        self._characters += len(record.text)
        elapsed = self._progress.tasks[0].elapsed or 0.0
        self._progress.update(
            self._task,
            advance=len(record.text.encode(self._encoding, "replace")) + 1,
            characters=self._characters,
            speed=self._characters / elapsed if elapsed else 0.0,
        )
