"""The service with engines that are stubs: what it does when they fail."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.serving.engine import EngineDied, EngineProcess
from ner.serving.refusal import Refusal
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings
from ner.serving.work_queue import Task
from tests.serving.conftest import _MODEL

TAG = Task("stub", "tag")


class StubEngine:
    """An engine whose answers are the texts in upper case."""

    pid = 1

    def __init__(self, work: Callable[[Any], None] = lambda batch: None) -> None:
        self.models = {"stub": _MODEL}
        self.batches: list[list[str]] = []
        self.ended = False
        self._work = work
        self._died = asyncio.Event()

    @property
    def alive(self) -> bool:
        return not self._died.is_set()

    async def wait(self) -> None:
        await self._died.wait()

    def die(self) -> None:
        """What happens to a process that is killed from outside."""
        self._died.set()

    async def work(self, batch: Any, live: Any = ()) -> tuple[list[dict[str, Any]], float]:
        texts = [item["text"] for item in batch["items"]]
        self.batches.append(texts)
        await asyncio.sleep(0)
        self._work(texts)
        return [{"entities": [], "text": text.upper()} for text in texts], 0.01

    def kill(self) -> None:
        self.ended = True

    async def end(self) -> None:
        self.ended = True


def run(test: Callable[[Service], Any], engines: list[Any], monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Run a test with a service whose engines are these, one after the other."""
    waiting = iter(engines)

    async def start(start_: Any) -> Any:
        engine = next(waiting)
        if isinstance(engine, Exception):
            raise engine
        return engine

    async def whole() -> None:
        monkeypatch.setattr(EngineProcess, "start", start)
        service = Service({"stub": "stub"}, ServingSettings(engines=1, **settings))
        await service.start()
        try:
            await asyncio.wait_for(test(service), 5)
        finally:
            await service.stop()

    asyncio.run(whole())


def test_results_are_in_the_order_of_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(service: Service) -> None:
        results = await service.work(TAG, [{"text": text} for text in "abc"])
        assert [result["text"] for result in results] == ["A", "B", "C"]

    run(test, [StubEngine()], monkeypatch)


def test_a_batch_of_a_dead_engine_is_tried_again_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(texts: list[str]) -> None:
        raise EngineDied

    second = StubEngine()

    async def test(service: Service) -> None:
        results = await service.work(TAG, [{"text": text} for text in "abc"])
        assert [result["text"] for result in results] == ["A", "B", "C"]
        assert second.batches == [["a"], ["b"], ["c"]]

    run(test, [StubEngine(die), second], monkeypatch)


def test_three_deaths_by_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(texts: list[str]) -> None:
        if "poison" in texts:
            raise EngineDied

    async def test(service: Service) -> None:
        others = asyncio.ensure_future(service.work(TAG, [{"text": "a"}, {"text": "b"}]))
        with pytest.raises(Refusal) as refused:
            await service.work(TAG, [{"text": "poison"}])
        assert refused.value.status == 500
        assert len(await others) == 2

    run(test, [StubEngine(die) for _ in range(4)], monkeypatch)


def test_an_engine_that_cannot_be_replaced_at_once_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.serving.service._PAUSE", 0.01)

    def die(texts: list[str]) -> None:
        raise EngineDied

    async def test(service: Service) -> None:
        assert len(await service.work(TAG, [{"text": "a"}])) == 1

    run(test, [StubEngine(die), EngineDied(), OSError("no memory"), StubEngine()], monkeypatch)


def test_an_error_of_the_service_fails_one_batch_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(texts: list[str]) -> None:
        if texts == ["bad"]:
            raise TypeError("not JSON")

    async def test(service: Service) -> None:
        with pytest.raises(Refusal):
            await service.work(TAG, [{"text": "bad"}])
        assert len(await service.work(TAG, [{"text": "good"}])) == 1

    run(test, [StubEngine(fail)], monkeypatch)


def test_an_engine_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = StubEngine()

    async def work(batch: Any, live: Any) -> Any:
        await asyncio.sleep(60)

    hanging.work = work  # type: ignore[method-assign]

    async def test(service: Service) -> None:
        assert len(await service.work(TAG, [{"text": "a"}])) == 1
        assert hanging.ended

    run(test, [hanging, StubEngine()], monkeypatch, timeout=0.05)


def test_reload_ends_the_old_engines_after_their_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = StubEngine(), StubEngine()

    async def test(service: Service) -> None:
        await service.work(TAG, [{"text": "a"}])
        await service.reload()
        await service.work(TAG, [{"text": "b"}])
        assert (old.batches, new.batches) == ([["a"]], [["b"]])
        await asyncio.sleep(0.01)
        assert old.ended
        assert not new.ended

    run(test, [old, new], monkeypatch)


def test_expected_wait_follows_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(service: Service) -> None:
        assert service.expected_wait(2000) == pytest.approx(2.0)  # the stub's 1,000 characters a second
        first = asyncio.ensure_future(service.work(TAG, [{"text": "a" * 1000}]))
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            await service.work(TAG, [{"text": "a" * 39_000}])
        await first
        assert await service.work(TAG, [{"text": "a" * 40_000}])  # nothing else waits
        assert (refused.value.status, refused.value.headers["retry-after"]) == (429, "41")

    run(test, [StubEngine()], monkeypatch)


def test_what_is_cancelled_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = StubEngine()

    async def test(service: Service) -> None:
        first = asyncio.ensure_future(service.work(TAG, [{"text": "a"}]))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(service.work(TAG, [{"text": "b"}]))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await service.work(TAG, [{"text": "c"}])
        assert ["b"] not in engine.batches

    run(test, [engine], monkeypatch)


def test_an_engine_that_dies_without_work_is_replaced_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = StubEngine(), StubEngine()

    async def test(service: Service) -> None:
        await service.work(TAG, [{"text": "a"}])
        first.die()
        while not second.batches:
            await asyncio.sleep(0)
            if service.metrics.restarts._value.get():  # without a text that has to find it dead
                await service.work(TAG, [{"text": "b"}])
        assert (first.batches, second.batches) == ([["a"]], [["b"]])

    run(test, [first, second], monkeypatch)


def test_not_ready_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.serving.service._PAUSE", 0.01)
    first = StubEngine()
    answered: list[int] = []

    async def test(service: Service) -> None:
        await service.work(TAG, [{"text": "a"}])
        service.require_engine()
        first.die()
        await asyncio.sleep(0.005)
        for require in (service.require_engine, service.require_room):  # a try to start another one has failed
            with pytest.raises(Refusal):
                require()
        while service.without_engine:
            await asyncio.sleep(0.001)
        service.require_engine()
        service.require_room()
        answered.extend(len(result) for result in await service.work(TAG, [{"text": "a"}]))

    run(test, [first, EngineDied(), RuntimeError(), StubEngine()], monkeypatch)
    assert answered


def test_a_reload_ends_the_replacing_of_an_old_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.serving.service._PAUSE", 0.3)
    old, new, spare = StubEngine(), StubEngine(), StubEngine()

    async def test(service: Service) -> None:
        await service.work(TAG, [{"text": "a"}])
        old.die()
        await asyncio.sleep(0.005)
        await service.reload()
        await asyncio.sleep(0.5)
        await service.work(TAG, [{"text": "b"}])
        assert (new.batches, spare.batches) == ([["b"]], [])
        assert not service.without_engine

    run(test, [old, EngineDied(), new, spare], monkeypatch)


def test_the_version_of_a_model_is_that_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service computes it, not each engine, and again with a reload."""
    asked: list[Path] = []

    def version(folder: Path) -> str:
        asked.append(folder)
        return f"v{len(asked)}"

    monkeypatch.setattr("ner.serving.service.model_version", version)

    async def test(service: Service) -> None:
        assert (service.models["stub"]["version"], asked) == ("v1", [Path("stub")])
        await service.reload()
        assert service.models["stub"]["version"] == "v2"

    run(test, [StubEngine(), StubEngine()], monkeypatch)


def test_engines_that_cannot_be_started_are_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(service: Service) -> None:
        with pytest.raises(InputError, match="too many open files"):
            await service.reload()
        assert await service.work(TAG, [{"text": "a"}])

    run(test, [StubEngine(), OSError(24, "too many open files")], monkeypatch)


def test_small_requests_tell_nothing_of_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of two characters needs as much time as one of twenty: that is no reason to refuse others."""

    async def test(service: Service) -> None:
        before = service.expected_wait(1000)
        for _ in range(50):
            await service.work(TAG, [{"text": "a"}])  # 100 characters a second
        assert service.expected_wait(1000) == before
        await asyncio.gather(*(service.work(TAG, [{"text": "a" * 1024}]) for _ in range(8)))  # 102,400
        assert service.expected_wait(1000) < before / 2

    run(test, [StubEngine()], monkeypatch)


def test_a_request_that_is_cancelled_while_it_is_put_into_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(service: Service) -> None:
        queue = service._queue
        async with queue._changed:  # as an engine has it that looks for texts
            request = asyncio.ensure_future(service.work(TAG, [{"text": "a"}]))
            await asyncio.sleep(0)
            request.cancel()
            await asyncio.sleep(0)
            assert (queue.texts, queue.characters) == (0, 0)

    run(test, [StubEngine()], monkeypatch)
