"""Which texts make a batch."""

import asyncio
from collections.abc import Sequence

from ner.serving.work_queue import Job, Task, WorkQueue

TAG, EMBED = Task("a", "tag"), Task("a", "embed")


def jobs(*texts: str, task: Task = TAG) -> list[Job]:
    loop = asyncio.get_running_loop()
    return [Job(task, {"text": text}, loop.create_future()) for text in texts]


def texts_of(taken: Sequence[Job]) -> list[str]:
    return [job.item["text"] for job in taken]


async def take(queue: WorkQueue) -> list[str]:
    return texts_of(await asyncio.wait_for(queue.take(lambda: True), 1))


def test_requests_take_turns() -> None:
    async def run() -> None:
        queue = WorkQueue(300)
        await queue.put(jobs(*(f"{i}" * 100 for i in range(4))))
        await queue.put(jobs("x"))
        assert await take(queue) == ["0" * 100, "x", "1" * 100]

    asyncio.run(run())


def test_a_text_over_the_budget_is_alone() -> None:
    async def run() -> None:
        queue = WorkQueue(200)
        await queue.put(jobs("a"))
        await queue.put(jobs("b" * 500))
        await queue.put(jobs("c"))
        assert [await take(queue), await take(queue)] == [["a", "c"], ["b" * 500]]
        assert (queue.texts, queue.characters) == (0, 0)

    asyncio.run(run())


def test_what_did_not_fit_comes_first_in_the_next_batch() -> None:
    async def run() -> None:
        queue = WorkQueue(200)
        for text in ("a" * 150, "b" * 100, "c" * 100, "d" * 40):
            await queue.put(jobs(text))
        assert texts_of(await queue.take(lambda: True)) == ["a" * 150, "d" * 40]
        assert texts_of(await queue.take(lambda: True)) == ["b" * 100, "c" * 100]

    asyncio.run(run())


def test_a_batch_has_one_task() -> None:
    async def run() -> None:
        queue = WorkQueue(200)
        await queue.put(jobs("a"))
        await queue.put(jobs("b", task=EMBED))
        await queue.put(jobs("c"))
        assert [await take(queue), await take(queue)] == [["a", "c"], ["b"]]

    asyncio.run(run())


def test_idle_engines_share_the_texts() -> None:
    async def run() -> None:
        queue = WorkQueue(4096)
        takers = [asyncio.ensure_future(queue.take(lambda: True)) for _ in range(2)]
        await asyncio.sleep(0)
        await queue.put(jobs(*["x" * 100] * 8))
        assert [len(taken) for taken in await asyncio.gather(*takers)] == [4, 4]

    asyncio.run(run())


def test_what_is_dropped_is_not_taken() -> None:
    async def run() -> None:
        queue = WorkQueue(200)
        number = await queue.put(jobs("a", "b"))
        await queue.put(jobs("c"))
        queue.drop(number)
        assert queue.characters == 1
        assert await take(queue) == ["c"]

    asyncio.run(run())


def test_texts_of_a_dead_engine_come_first_and_alone() -> None:
    async def run() -> None:
        queue = WorkQueue(200)
        await queue.put(jobs("new"))
        again = jobs("a", "b", "gone")
        again[2].result.cancel()
        await queue.put_back(again)
        assert [await take(queue) for _ in range(3)] == [["a"], ["b"], ["new"]]
        assert (queue.texts, queue.characters) == (0, 0)

    asyncio.run(run())


def test_a_taker_that_is_not_wanted_gets_nothing() -> None:
    async def run() -> None:
        queue = WorkQueue(200)
        wanted = True
        taker = asyncio.ensure_future(queue.take(lambda: wanted))
        await asyncio.sleep(0)
        wanted = False
        await queue.wake()
        assert await taker == []
        await queue.put(jobs("a"))
        assert await take(queue) == ["a"]

    asyncio.run(run())
