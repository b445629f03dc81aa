"""Progress over records, in bytes of their files, with characters per second."""

import time

from ner.records.record import Record
from ner.runs.progress import Progress


class RecordProgress:
    """Counts finished records, inside a `with` block.

    Args:
        progress: shows the progress.
        task: the task in one word, for example "tagging".
        total: the number of bytes of all files, None if it is unknown.
        encoding: the encoding of the files, for counting bytes.
    """

    def __init__(self, progress: Progress, task: str, total: int | None, encoding: str) -> None:
        self._progress, self._task, self._total, self._encoding = progress, task, total, encoding
        self._bytes = self._characters = 0
        self._began = 0.0

    def __enter__(self) -> "RecordProgress":
        self._began = time.perf_counter()
        self._progress.start(self._task, None if self._total is None else float(self._total))
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.finish()

    def advance(self, record: Record) -> None:
        """Count a finished record."""
        self._characters += len(record.text)
        self._bytes += len(record.text.encode(self._encoding, "replace")) + 1
        speed = self._characters / max(time.perf_counter() - self._began, 1e-9)
        self._progress.advance(self._bytes, f"{self._characters:,} characters, {speed:,.0f} per second")
