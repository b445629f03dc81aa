"""The queue of texts that wait for an engine, and which of them make a batch."""

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from ner.serving.engine_process import Result
from ner.serving.served_lexicon import ServedLexicon

_LEAST_SHARE = 128  # characters; dividing fewer among idle engines gains nothing


@dataclass(frozen=True)
class Task:
    """What is done with a text. Texts with the same task can be in one batch.

    Args:
        model: the name of the model.
        name: `tag`, `classify` or `embed`.
        options: names and values.
        lexicons: the lists that entities may come from.
    """

    model: str
    name: str
    options: tuple[tuple[str, Any], ...] = ()
    lexicons: tuple[ServedLexicon, ...] = ()


@dataclass(eq=False)
class Job:
    """A text that waits for its result.

    Args:
        task: what is done with it.
        item: the text, and what is known of it, or the other text of a pair.
        result: gets the result. If it is cancelled, the work is dropped.
        characters: the size of the work.
        deaths: how many engine processes have ended while they worked on it.
        since: when it came, in seconds.
    """

    task: Task
    item: dict[str, Any]
    result: "asyncio.Future[Result]"
    characters: int = 0
    deaths: int = 0
    since: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self.characters = max(1, len(self.item["text"]) + len(self.item.get("pair", "")))

    def finish(self, result: Result) -> None:
        """Give the result, if somebody still waits for it."""
        if not self.result.done():
            self.result.set_result(result)


class WorkQueue:
    """Texts of several requests. Batches take one text of each request in turn, so a large request delays no small one.

    Args:
        batch_characters: the most characters of a batch. A longer text is a batch of its own.
    """

    def __init__(self, batch_characters: int) -> None:
        self._budget = batch_characters
        self._requests: OrderedDict[int, deque[Job]] = OrderedDict()
        self._again: deque[Job] = deque()
        self._numbers = 0
        self._takers = 0
        self._changed = asyncio.Condition()
        self.characters = 0
        self.texts = 0

    @property
    def outpaces(self) -> bool:
        """Whether texts wait though no taker does."""
        return self.texts > 0 and self._takers == 0

    async def put(self, jobs: Sequence[Job]) -> int:
        """Add the texts of a request.

        Returns:
            Its number.
        """
        self._numbers += 1
        self._requests[self._numbers] = deque(jobs)
        self._count(jobs, 1)
        number = self._numbers
        try:
            await self.wake()
        except asyncio.CancelledError:
            self.drop(number)
            raise
        return number

    def drop(self, number: int) -> None:
        """Remove what is left of a request."""
        self._count(self._requests.pop(number, ()), -1)

    async def put_back(self, jobs: Sequence[Job]) -> None:
        """Add texts whose engine died. Each becomes a batch of its own, before all others."""
        self._again.extend(jobs)
        self._count(jobs, 1)
        await self.wake()

    async def wake(self) -> None:
        """Let all takers ask whether they are still wanted."""
        async with self._changed:
            self._changed.notify_all()

    async def take(self, wanted: Callable[[], bool]) -> list[Job]:
        """Wait for texts, and take a batch: all have the same task. If several engines are idle, they share the texts.

        Args:
            wanted: whether the taker still works. If not, it gets nothing.
        """
        self._takers += 1
        jobs: list[Job] = []
        try:
            async with self._changed:
                while wanted() and not (jobs := self._next()):
                    await self._changed.wait()
        finally:
            self._takers -= 1
        return jobs

    def _next(self) -> list[Job]:
        while self._again:
            job = self._again.popleft()
            self._count([job], -1)
            if not job.result.done():
                return [job]
        share = max(_LEAST_SHARE, math.ceil(self.characters / max(1, self._takers)))
        budget = min(self._budget, share)
        jobs: list[Job] = []
        room = budget
        others: list[tuple[int, deque[Job]]] = []  # whose next text doesn't fit into this batch
        while self._requests and room > 0:
            number, waiting = self._requests.popitem(last=False)
            job = waiting[0]
            if jobs and (job.task != jobs[0].task or job.characters > room):
                others.append((number, waiting))
                continue
            jobs.append(waiting.popleft())
            self._count([job], -1)
            room -= job.characters
            if waiting:
                self._requests[number] = waiting
        for number, waiting in reversed(others):
            self._requests[number] = waiting
            self._requests.move_to_end(number, last=False)
        return jobs

    def _count(self, jobs: Collection[Job], sign: int) -> None:
        self.texts += sign * len(jobs)
        self.characters += sign * sum(job.characters for job in jobs)
