"""How far the reading of records is: in bytes of their files, with characters a second."""

import time

from ner.records.record import Record
from ner.runs.progress import Progress


class RecordProgress:
    """Counts records that are done, inside a `with` block.

    Args:
        progress: shows it.
        task: what is done to the records, in a word.
        total: bytes to come, for the share that is done; None if they can't be known.
        encoding: of the input, to count bytes by.
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
        """Count a record that is done."""
        self._characters += len(record.text)
        self._bytes += len(record.text.encode(self._encoding, "replace")) + 1
        speed = self._characters / max(time.perf_counter() - self._began, 1e-9)
        self._progress.advance(self._bytes, f"{self._characters:,} characters, {speed:,.0f} a second")
