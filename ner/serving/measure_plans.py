"""Measuring how many engine processes and threads suit this machine."""

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from ner.built_in import model_folder
from ner.characters.window_batches import in_chunks
from ner.cpu_settings import available_cores
from ner.runs.progress import Progress, choose_progress
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings
from ner.serving.work_queue import Task
from ner.tagging.speed import advise, random_texts
from ner.tagging.tagger import Tagger

_SAMPLE = 16_384  # characters
_SECONDS = 4.0  # of each measurement
_AT_ONCE = 16  # requests for each core
_NO_LIMIT = 86_400.0


class PlanSpeed(NamedTuple):
    """How fast a number of engines with some threads is.

    Args:
        engines: the number of processes.
        threads: the threads of each one.
        characters_per_second: with many requests of one text at once.
        milliseconds: the median time of a text when nothing else is done.
        default: whether the service takes this plan by itself.
    """

    engines: int
    threads: int
    characters_per_second: float
    milliseconds: float
    default: bool


class Plans(NamedTuple):
    """All plans, the fastest first."""

    speeds: list[PlanSpeed]

    @property
    def advice(self) -> str:
        """The options for `bert-ner serve`, or a sentence that its defaults will do."""
        best = self.speeds[0]
        ratio = best.characters_per_second / next(each for each in self.speeds if each.default).characters_per_second
        return advise("bert-ner serve", "plan", ratio, {"engines": best.engines, "threads": best.threads})

    def to_dict(self) -> dict[str, Any]:
        """The plans and the advice, ready for JSON."""
        return {"plans": [speed._asdict() for speed in self.speeds], "advice": self.advice}


def measure_plans(model: str | Path, texts: Iterable[str], progress: Progress | None = None) -> Plans:
    """Tag texts in engine processes, with each division of the cores into engines and threads.

    Args:
        model: the model folder, or the name of the built-in tagger.
        texts: texts like those that will be asked for. Some of them are used; without any, random ones.
        progress: shows the progress.

    Raises:
        InputError: the folder contains no complete model.
    """
    sample = next(in_chunks(texts, len, _SAMPLE), None)
    sample = sample or random_texts(list(Tagger.load(model).table.characters), _SAMPLE)
    cores = available_cores()
    divisions = sorted({(engines, cores // engines) for engines in range(1, cores + 1)}, reverse=True)
    default = ServingSettings().plan()
    if len(divisions) > 4:  # on many cores, halves tell enough
        divisions = sorted({(cores >> i, 1 << i) for i in range(cores.bit_length())} | {default}, reverse=True)
    progress = choose_progress(progress)
    progress.start("measuring", len(divisions))
    speeds = []
    for done, (engines, threads) in enumerate(divisions):
        progress.advance(done, f"{engines} engines, {threads} threads")
        speed, wait = asyncio.run(_measure(str(model_folder(model)), sample, engines, threads, cores))
        speeds.append(PlanSpeed(engines, threads, speed, wait, (engines, threads) == default))
    progress.finish()
    return Plans(sorted(speeds, key=lambda speed: -speed.characters_per_second))


async def _measure(folder: str, texts: Sequence[str], engines: int, threads: int, cores: int) -> tuple[float, float]:
    settings = ServingSettings(engines=engines, threads=threads, timeout=_NO_LIMIT, max_wait=_NO_LIMIT)
    service = Service({"model": folder}, settings)
    await service.start()
    stream = itertools.cycle(texts)
    task = Task("model", "tag", (("nbest", 0),))

    async def ask(ends: float) -> tuple[int, list[float]]:
        characters, waits = 0, []
        while (began := perf_counter()) < ends:
            text = next(stream)
            await service.work(task, [{"text": text}])
            characters += len(text)
            waits.append(perf_counter() - began)
        return characters, waits

    try:
        _, waits = await ask(perf_counter() + _SECONDS / 2)
        began = perf_counter()
        each = await asyncio.gather(*(ask(began + _SECONDS) for _ in range(_AT_ONCE * cores)))
        return sum(characters for characters, _ in each) / (perf_counter() - began), 1000 * median(waits)
    finally:
        await service.stop()
