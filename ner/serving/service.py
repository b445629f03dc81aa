"""The heart of the service: it takes texts, hands them to engine processes in batches, and keeps those running."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from ner.errors import InputError
from ner.serving.engine import EngineDied, EngineProcess
from ner.serving.engine_process import Result, Start
from ner.serving.lexicons import Lexicons, ListFiles
from ner.serving.metrics import Metrics
from ner.serving.refusal import Refusal, not_now, too_busy
from ner.serving.served_lexicon import ServedLexicon
from ner.serving.serving_settings import ServingSettings
from ner.serving.work_queue import Job, Task, WorkQueue
from ner.tagging.model_version import model_version

_MOST_DEATHS = 3
_LEARNING = 0.2  # the weight of the newest batch in the average speed
# A quarter of what an engine can take keeps a CPU as busy, and its texts come back in smaller bursts: while the answers
# of a burst are sent, nobody else gets one.
_PARTS = 4
_PAUSE = 1.0  # seconds before an engine that didn't start is started again
_LOGGER = logging.getLogger("ner.serving")


class Service:
    """Answers requests with engine processes.

    Args:
        folders: the folder of each tagger and classifier, by name.
        settings: limits and times, and how the models compute.
        encoders: the folder or the name of each encoder that is served by itself, by name.
        lists: the files of the list of each tagger that has one.
    """

    def __init__(
        self,
        folders: Mapping[str, str],
        settings: ServingSettings,
        encoders: Mapping[str, str] | None = None,
        lists: Mapping[str, ListFiles] | None = None,
    ) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.models: dict[str, Any] = {}
        self.ready = False
        self.draining = False
        self._wanted, threads = settings.plan()
        self.lexicons = Lexicons(lists or {})
        self._start = Start(
            lexicons={},
            lists={},
            models=dict(folders),
            encoders=dict(encoders or {}),
            precision=settings.precision,
            threads=threads,
            batch_characters=settings.batch_characters,
        )
        self._queue = WorkQueue(max(1, settings.batch_characters // _PARTS))
        self.without_engine = False
        self._working = 0
        self._in_work = 0
        self._speed = 0.0
        self._generation = 0
        self._workers: set[asyncio.Task[None]] = set()
        self._reloading = asyncio.Lock()
        metrics = self.metrics
        metrics.queue_texts.set_function(lambda: self._queue.texts)
        metrics.queue_characters.set_function(lambda: self._queue.characters)

    @property
    def default(self) -> str:
        """The model of a request that names none: the first tagger, or the first model if there is no tagger."""
        taggers = (name for name, model in self.models.items() if model["types"])
        return next(taggers, next(iter(self._start["models"] or self._start["encoders"])))

    @property
    def default_classifier(self) -> str:
        """The model of a request for labels that names none: the first classifier, or the first model."""
        return next((name for name, model in self.models.items() if model["labels"]), self.default)

    @property
    def default_encoder(self) -> str:
        """The model of a request for vectors that names none."""
        return next(iter(self._start["encoders"] or self._start["models"]))

    async def start(self) -> None:
        """Start the engines. The service is ready when all of them are.

        Raises:
            InputError: a model can't be loaded.
        """
        await self.reload()

    async def reload(self) -> None:
        """Load the models and lists again in new engines. When these are ready, the old ones end after their batch.

        Raises:
            InputError: a model or a list can't be loaded. The old engines go on.
        """
        async with self._reloading:
            lists = await asyncio.to_thread(self.lexicons.read)
            start = self._start_with(lists)
            versions = asyncio.ensure_future(asyncio.to_thread(self._versions))
            started: list[EngineProcess | BaseException] = await asyncio.gather(
                *(EngineProcess.start(start) for _ in range(self._wanted)), return_exceptions=True
            )
            known = await versions
            running = [one for one in started if not isinstance(one, BaseException)]
            if failed := [one for one in started if isinstance(one, BaseException)]:
                for engine in running:
                    engine.kill()
                if isinstance(failed[0], EngineDied):
                    raise InputError("an engine process ended while it was loading the models: is there enough memory?")
                if isinstance(failed[0], OSError):
                    raise InputError(f"an engine process can't be started: {failed[0].strerror}")
                raise failed[0]
            self.models = {name: {**model, "version": known[name]} for name, model in running[0].models.items()}
            self.lexicons.of_models = lists
            self._generation += 1
            # What was learned under load is better than what new engines measured beside the old ones.
            measured = min(model["characters_per_second"] for model in self.models.values())
            self._speed = self._speed or len(running) * measured
            for engine in running:
                worker = asyncio.create_task(self._keep_working(engine, self._generation))
                self._workers.add(worker)
                worker.add_done_callback(self._workers.discard)
            self.ready = True
            await self._queue.wake()
            _LOGGER.info("%d engine%s with %s", len(running), "s" * (len(running) > 1), ", ".join(self.models))

    def _start_with(self, lists: Mapping[str, ServedLexicon]) -> Start:
        """What an engine is started with, if these are the lists of the models."""
        known = [*lists.values(), *self.lexicons.named.values()]
        return {
            **self._start,
            "lexicons": {one.version: orjson.Fragment(one.content) for one in known},
            "lists": {model: one.version for model, one in lists.items()},
        }

    async def reload_lists(self) -> None:
        """Read the lists of models whose files have changed. A list with errors is logged, and the old one goes on."""
        for model in await asyncio.to_thread(self.lexicons.changed):
            try:
                lexicon = await asyncio.to_thread(self.lexicons.files[model].read)
                await self.try_lexicon(lexicon, [model])
            except (InputError, Refusal) as error:
                _LOGGER.error("the list of %s was not read again, the old one goes on: %s", model, error)
            else:
                self.lexicons.of_models[model] = lexicon
                _LOGGER.info("the list of %s was read again: %d entries", model, lexicon.entries)

    async def try_lexicon(self, lexicon: ServedLexicon, models: Iterable[str]) -> None:
        """Let an engine learn a list, to see whether these models can use it.

        Raises:
            InputError: its entries contradict each other, or a model has no CRF.
            Refusal: no engine can try it in time.
        """
        for model in models:
            (result,) = await self._results([self._job(Task(model, "tag", lexicons=(lexicon,)), {"text": ""})])
            if "error" in result:
                raise InputError(result["error"])

    def types(self, model: str, lexicons: Iterable[ServedLexicon] = ()) -> list[str]:
        """The types that a model finds, with its list and with others."""
        of_list = self.lexicons.find(model, None, None)
        listed = sorted({type_ for one in (*of_list, *lexicons) for type_ in one.types})
        own: list[str] = self.models[model]["types"]
        return [*own, *(type_ for type_ in listed if type_ not in own)]

    def _versions(self) -> dict[str, str]:
        folders = {**self._start["models"], **self._start["encoders"]}
        return {name: model_version(Path(folder)) for name, folder in folders.items()}

    async def stop(self) -> None:
        """End all engines."""
        self.ready = False
        self.draining = True
        workers = list(self._workers)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def expected_wait(self, characters: int = 0) -> float:
        """The expected seconds until everything accepted, and so many characters more, are done."""
        waiting = self._queue.characters + self._in_work + characters
        return waiting / self._speed if self._speed else 0.0

    def require_ready(self) -> None:
        """Refuse a request that comes now, if there are no models yet or no longer.

        Raises:
            Refusal: the service is loading or draining.
        """
        if self.draining or not self.ready:
            raise not_now("shutting down" if self.draining else "loading its models")

    def require_engine(self) -> None:
        """Tell a balancer whether to send texts. Those that come without an engine wait until there is one again.

        Raises:
            Refusal: the service is loading or draining, or its engine has died.
        """
        self.require_ready()
        if self.without_engine:
            raise not_now("starting an engine process")

    def require_room(self) -> None:
        """Refuse a request that comes now, if the service can't work on it.

        Raises:
            Refusal: it is loading or draining, or the queue is too long.
        """
        self.require_ready()
        wait = self.expected_wait()
        if wait > self.settings.max_wait:
            raise too_busy(wait)

    def find_model(self, name: str | None) -> str:
        """The name of a model.

        Raises:
            Refusal: there is no such model, or the models are still loading.
        """
        if not self.ready:
            self.require_ready()
        if name is None:
            return self.default
        if name not in self.models:
            raise Refusal(404, f"there is no such model: expected one of {', '.join(self.models)}")
        return name

    async def work(self, task: Task, items: Iterable[dict[str, Any]]) -> list[Result]:
        """The result of each item. It is computed while the service is draining, too: the request has been accepted.

        Raises:
            Refusal: an item can't be worked on, or not in time.
        """
        jobs = [self._job(task, item) for item in items]
        results = await self._results(jobs)
        for place, result in enumerate(results):
            if result.get("kind") == "lexicon":
                raise Refusal(422, f"dictionary: {result['error']}")
            field = "pairs" if "pair" in jobs[place].item else "texts"
            if result.get("kind") == "input":
                raise Refusal(422, f"{field}[{place}]: {result['error']}")
            if "error" in result:
                _LOGGER.error("a text of %d characters failed: %s", jobs[place].characters, result["error"])
                raise Refusal(500, f"{field}[{place}]: the model failed")
        return results

    def _job(self, task: Task, item: dict[str, Any]) -> Job:
        return Job(task, item, asyncio.get_running_loop().create_future())

    async def _results(self, jobs: Sequence[Job]) -> list[Result]:
        wait = self.expected_wait(sum(job.characters for job in jobs))
        if self.expected_wait() and wait > self.settings.timeout:  # if nothing else waits, a later try is no better
            raise too_busy(wait)
        number = await self._queue.put(jobs)
        try:
            return await asyncio.gather(*(job.result for job in jobs))
        finally:
            self._queue.drop(number)
            for job in jobs:
                job.result.cancel()

    async def _keep_working(self, engine: EngineProcess | None, generation: int) -> None:
        """Work on batches until there are newer engines, and replace the engine when it dies."""
        while engine:
            self._count_engine(1)
            try:
                lost = await self._work_with(engine, generation)
            finally:
                self._count_engine(-1)
                await engine.end()
            engine = None if lost is None else await self._replace(engine, lost, generation)

    def _count_engine(self, change: int) -> None:
        self.metrics.engines.inc(change)
        self._working += change
        self.without_engine = self._working == 0

    async def _work_with(self, engine: EngineProcess, generation: int) -> list[Job] | None:
        """Work on batches until there are newer engines.

        Returns:
            None; or if the engine died first, the texts that it was working on.
        """
        watching = asyncio.ensure_future(self._watch(engine))
        try:
            while engine.alive:
                jobs = await self._queue.take(lambda: generation == self._generation and engine.alive)
                if not jobs and engine.alive:
                    return None
                try:
                    if jobs:
                        await self._work_on(engine, jobs)
                except (EngineDied, asyncio.TimeoutError):
                    engine.kill()
                    return jobs
                except Exception:  # of the service itself: the engine goes on with other texts
                    _LOGGER.exception("a batch failed")
                    for job in jobs:
                        job.finish({"error": "the batch failed", "kind": "engine"})
            return []
        finally:
            watching.cancel()

    async def _watch(self, engine: EngineProcess) -> None:
        """Notice that an engine dies while it waits for texts."""
        await engine.wait()
        await self._queue.wake()

    async def _work_on(self, engine: EngineProcess, jobs: Sequence[Job]) -> None:
        task = jobs[0].task
        characters = sum(job.characters for job in jobs)
        self._in_work += characters
        began = monotonic()
        busy = self._queue.outpaces
        for job in jobs:
            self.metrics.queue_seconds.observe(began - job.since)
        try:
            results, seconds = await asyncio.wait_for(
                engine.work(
                    {
                        "model": task.model,
                        "task": task.name,
                        "options": dict(task.options),
                        "items": [job.item for job in jobs],
                        "lexicons": {one.version: orjson.Fragment(one.content) for one in task.lexicons},
                        "forget": [],
                    },
                    {one.version for one in self.lexicons.live},
                ),
                2 * self.settings.timeout,  # for something that never ends
            )
        finally:
            self._in_work -= characters
        if busy:  # a few characters alone take longer, and tell nothing of a long queue
            self._learn(characters / max(seconds, 1e-6) * self._wanted)
        self.metrics.batch_texts.observe(len(jobs))
        self.metrics.batch_characters.observe(characters)
        self.metrics.engine_seconds.observe(seconds)
        for job, result in zip(jobs, results, strict=True):
            job.finish(result)

    def _learn(self, speed: float) -> None:
        self._speed += _LEARNING * (speed - self._speed)

    async def _replace(self, dead: EngineProcess, jobs: Sequence[Job], generation: int) -> EngineProcess | None:
        """Start another engine, unless there are newer ones."""
        self.metrics.restarts.inc()
        _LOGGER.warning("engine process %d died with %d texts: it is replaced", dead.pid, len(jobs))
        for job in jobs:
            job.deaths += 1
            if job.deaths >= _MOST_DEATHS:
                job.finish({"error": f"{_MOST_DEATHS} engine processes died of it", "kind": "engine"})
        await self._queue.put_back([job for job in jobs if not job.result.done()])
        while generation == self._generation:
            try:
                engine = await EngineProcess.start(self._start_with(self.lexicons.of_models))
            except Exception as error:
                self.ready = self._working > 0
                _LOGGER.error("an engine process can't be started: %s", str(error) or type(error).__name__)
                await asyncio.sleep(_PAUSE)
            else:
                self.ready = True
                return engine
        return None
