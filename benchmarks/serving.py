"""Compare `bert-ner serve` with `Tagger.tag` in a process, and measure it under load. Linux only."""

import asyncio
import itertools
import multiprocessing
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Annotated, Any
from urllib.request import urlopen

import psutil
import typer
from http_load import Answer, Load, crowd, quantile
from machine import machine
from rich.console import Console
from rich.table import Table

from ner import Tagger, read_sentences
from ner.built_in import model_folder
from ner.tagging.model_graph import MUCH_TEXT, needs_pytorch

LONGEST_BATCH = 4096  # characters, the default of the service


def main(
    data: Annotated[Path, typer.Argument(help="Annotated file whose texts are sent.")] = Path("data_demo/test.txt"),
    model: Annotated[Path | None, typer.Option(help="Model or exported model.  [default: built in]")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="Length of each measurement.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="Number of times that each is measured.")] = 3,
    requests: Annotated[int, typer.Option(min=0, help="Number of requests of the memory test.")] = 0,
    connections: Annotated[
        int, typer.Option(min=0, help="Idle connections beside the load, and a tenth as many slow ones.")
    ] = 0,
    only: Annotated[bool, typer.Option("--only", help="Leave out all but --connections and --requests.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the times of arrival.")] = 0,
) -> None:
    """Pin one engine to the last core, and the service and the load to the others."""
    cores = sorted(os.sched_getaffinity(0))
    texts = [sentence.text for sentence in read_sentences(data)]
    folder = str(model_folder(model))
    console = Console()
    console.print(machine("torch"), soft_wrap=True)
    console.print(f"{len(texts)} texts with a median of {median(map(len, texts)):.0f} characters")
    measured = _Measured(texts, folder, cores, seconds, random.Random(seed))
    table = Table("", "measured", "compared with")
    with measured.service() as port:
        for name, row in () if only else measured.rows(port, rounds):
            table.add_row(name, *row)
        if connections:
            name = f"8 clients beside {connections:,} idle and {connections // 10} slow connections"
            table.add_row(name, *measured.beside(port, connections, rounds))
        if requests:
            table.add_row(f"memory after {requests:,} requests", *asyncio.run(measured.memory(port, requests)))
    console.print(table)


class _Measured:
    def __init__(
        self, texts: Sequence[str], folder: str, cores: Sequence[int], seconds: float, dice: random.Random
    ) -> None:
        self._texts = texts
        self._folder = folder
        self._cores = cores
        self._seconds = seconds
        self._dice = dice
        self._process: psutil.Process

    @contextmanager
    def service(self) -> Iterator[int]:
        options = ["--engines", "1", "--threads", "1", "--model", self._folder, "--port", "0"]
        log = Path("/tmp", f"bert-ner-serve-{os.getpid()}.log")
        with (
            log.open("wb") as errors,
            subprocess.Popen([sys.executable, "-m", "ner", "serve", *options], stderr=errors) as process,
        ):
            try:
                while not (found := re.search(r"127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8"))):
                    time.sleep(0.1)
                port = int(found[1])
                while b"bert_ner_engines 1.0" not in urlopen(f"http://127.0.0.1:{port}/metrics").read():
                    time.sleep(0.1)
                self._process = psutil.Process(process.pid)
                self._process.cpu_affinity(list(self._cores[:-1]) or list(self._cores))
                for engine in self._process.children():
                    _pin(engine, self._cores[-1])
                os.sched_setaffinity(0, self._cores[:-1] or self._cores)
                yield port
            finally:
                process.terminate()
                log.unlink()

    def rows(self, port: int, rounds: int) -> Iterator[tuple[str, tuple[str, str]]]:
        load = Load(port, "/v1/tag", lambda texts: {"texts": texts})
        many, single = self._next(32), self._next(1)
        for name, clients, next_texts in (("2 clients, 32 texts", 2, many), ("32 clients, 1 text", 32, single)):
            ours, alone = [], []
            for _ in range(rounds):
                alone.append(self._offline("throughput"))
                ours.append(_speed(asyncio.run(load.closed(clients, self._seconds, next_texts))))
            ratios = [a / b for a, b in zip(ours, alone, strict=True)]
            row = f"{median(ours):,.0f} characters/s", f"{median(ratios):.0%} of {median(alone):,.0f} offline"
            yield name, row
        peak = median(ours)
        idle = asyncio.run(load.closed(1, self._seconds, single))
        own = self._offline("latency")
        waits = [answer.seconds * 1000 for answer in idle]
        yield (
            "idle, 1 text, ms",
            (
                f"p50 {quantile(waits, 0.5):.1f}, p99 {quantile(waits, 0.99):.1f}",
                f"the model's own p50 {quantile(own, 0.5):.1f}, p99 {quantile(own, 0.99):.1f}",
            ),
        )
        mean = sum(map(len, self._texts)) / len(self._texts)
        batch = LONGEST_BATCH / peak * 1000
        for share in (0.5, 0.7, 0.9, 2.0, 4.0):
            rate = share * peak / mean
            answers = asyncio.run(load.open(rate, 2 * self._seconds, single, self._dice))
            good = [answer for answer in answers if answer.status == 200]
            refused = [answer.seconds * 1000 for answer in answers if answer.status == 429]
            others = len(answers) - len(good) - len(refused)
            waits = [answer.seconds * 1000 for answer in good]
            row = f"p50 {quantile(waits, 0.5):.0f} ms, p99 {quantile(waits, 0.99):.0f} ms"
            row += f"; {_speed(good) / peak:.0%} of the peak"
            if refused:
                row += f"; {len(refused) / len(answers):.0%} refused, p99 {quantile(refused, 0.99):.0f} ms"
            if others:
                row += f"; {others} failed"
            yield f"{share:.0%} load", (row, f"a full batch: {batch:.0f} ms")

    def beside(self, port: int, connections: int, rounds: int) -> tuple[str, str]:
        """Characters per second and waits with and without other connections, in turn."""
        _allow_files(2 * connections)
        load, single = Load(port, "/v1/tag", lambda texts: {"texts": texts}), self._next(1)
        found: dict[bool, list[list[Answer]]] = {False: [], True: []}

        async def measure(slow: int) -> list[Answer]:
            async with crowd(port, 10 * slow, slow):
                return await load.closed(8, self._seconds, single)

        for _ in range(rounds):
            for busy in found:
                found[busy].append(asyncio.run(measure(connections // 10 if busy else 0)))
        shown = []
        for runs in found.values():
            waits = [1000 * answer.seconds for answers in runs for answer in answers]
            lost = sum(answer.status != 200 for answers in runs for answer in answers)
            speed = f"{median(map(_speed, runs)):,.0f} characters/s"
            shown.append(f"{speed}, p50 {quantile(waits, 0.5):.0f}, p99 {quantile(waits, 0.99):.0f} ms; {lost} failed")
        ratios = [_speed(many) / _speed(few) for few, many in zip(*found.values(), strict=True)]
        return shown[1], f"{median(ratios):.0%} ({min(ratios):.0%} to {max(ratios):.0%}) of {shown[0]} without them"

    async def memory(self, port: int, requests: int) -> tuple[str, str]:
        load = Load(port, "/v1/tag", lambda texts: {"texts": texts})
        single = self._next(1)
        sizes = [self._megabytes()]
        for _ in range(10):
            left = itertools.count(requests // 10, -1)

            async def client(left: Iterator[int] = left) -> None:
                while next(left) > 0:
                    await load.ask(single())

            await asyncio.gather(*(client() for _ in range(32)))
            sizes.append(self._megabytes())
            print(f"{sizes[-1]:,.0f} MB", file=sys.stderr)
        return " ".join(f"{size:,.0f}" for size in sizes), "MB at the start and after each tenth"

    def _megabytes(self) -> float:
        return sum(one.memory_info().rss for one in (self._process, *self._process.children())) / 2**20

    def _next(self, size: int) -> Callable[[], list[str]]:
        stream = itertools.cycle(self._texts)
        return lambda: list(itertools.islice(stream, size))

    def _offline(self, what: str) -> Any:
        """Measure `Tagger.tag` in a process of its own, on the core of the engine, which is idle now."""
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(tag_offline, (what, self._folder, self._texts, self._cores[-1], self._seconds))


def tag_offline(what: str, folder: str, texts: Sequence[str], core: int, seconds: float) -> Any:
    """Characters a second of `Tagger.tag` on one core, or the milliseconds of single texts."""
    os.sched_setaffinity(0, [core])
    tagger = Tagger.load(folder, threads=1, pytorch=needs_pytorch(MUCH_TEXT))  # as the service does
    size = 32 if what == "throughput" else 1
    stream = itertools.cycle(texts)
    times, characters = [], 0
    tagger.tag(list(texts))
    ends = time.perf_counter() + seconds
    while (began := time.perf_counter()) < ends:
        batch = list(itertools.islice(stream, size))
        tagger.tag(batch)
        characters += sum(map(len, batch))
        times.append(time.perf_counter() - began)
    return characters / sum(times) if what == "throughput" else [1000 * one for one in times]


def _allow_files(number: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, number + 1000), most))


def _pin(process: psutil.Process, core: int) -> None:
    for thread in process.threads():  # an affinity is that of a thread
        os.sched_setaffinity(thread.id, [core])


def _speed(answers: Sequence[Answer]) -> float:
    """Characters a second of the good answers."""
    good = [answer for answer in answers if answer.status == 200]
    began = min(answer.finished - answer.seconds for answer in good)
    return sum(answer.characters for answer in good) / (max(answer.finished for answer in good) - began)


if __name__ == "__main__":
    typer.run(main)
