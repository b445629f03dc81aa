"""The progress of a run in shards: a bar over characters, and a line a minute in a log."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timezone

from ner.runs.progress import Progress

_SECONDS_PER_LINE = 60


class ShardProgress:
    """Counts characters and shards, inside a `with` block.

    Args:
        progress: shows the progress.
        log: takes a JSON line a minute.
        characters: the number of characters that are left.
        shards: the number of all shards.
        whole: the number of shards that are whole.
    """

    def __init__(
        self, progress: Progress, log: Callable[[str], None], characters: int, shards: int, whole: int
    ) -> None:
        self._progress, self._log = progress, log
        self._left, self._shards, self._whole = characters, shards, whole
        self._done = 0
        self._began = self._told = time.monotonic()

    def __enter__(self) -> "ShardProgress":
        self._progress.start("tagging", float(self._left))
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.finish()
        self._write_line()

    def advance(self, characters: int) -> None:
        """Count characters that have been read; less than 0 if they have to be read again."""
        self._done += characters
        self._progress.advance(
            float(self._done), f"{self._whole:,}/{self._shards:,} shards, {self._speed:,.0f} characters/s"
        )
        if time.monotonic() - self._told >= _SECONDS_PER_LINE:
            self._write_line()

    def count_shard(self) -> None:
        """Count a shard that is whole."""
        self._whole += 1

    @property
    def _speed(self) -> float:
        return self._done / max(time.monotonic() - self._began, 1e-9)

    def _write_line(self) -> None:
        self._told = time.monotonic()
        line = {
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "shards": self._shards,
            "whole": self._whole,
            "characters_per_second": round(self._speed),
            "seconds_left": round((self._left - self._done) / self._speed) if self._speed else None,
        }
        self._log(json.dumps(line) + "\n")
