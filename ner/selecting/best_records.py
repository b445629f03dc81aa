"""The records of a stream with the highest scores, in memory that doesn't grow with the stream."""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from ner.records.record import Record


class Scored(NamedTuple):
    """A record and its score."""

    record: Record
    score: float


class BestRecords:
    """The records with the highest scores of a stream, at most `most` of them, and each text once.

    If scores are random numbers, it is a uniform sample of the stream.

    Args:
        most: the number of records to keep.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[float, int, Record]] = []
        self._texts: set[str] = set()
        self._offered = 0

    def offer(self, record: Record, score: float) -> None:
        """Keep a record if its score is high enough. Of equal scores, the earlier record is kept."""
        self._offered += 1
        if record.text in self._texts or not self._most:
            return
        if len(self._heap) == self._most:
            if score <= self._heap[0][0]:
                return
            *_, dropped = heapq.heappop(self._heap)
            self._texts.remove(dropped.text)
        heapq.heappush(self._heap, (score, -self._offered, record))
        self._texts.add(record.text)

    def __iter__(self) -> Iterator[Scored]:
        """The records, the highest score first."""
        for score, _, record in sorted(self._heap, key=lambda each: each[:2], reverse=True):
            yield Scored(record, score)
