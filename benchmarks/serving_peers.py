"""Compare `bert-ner serve` under open load with LitServe and mosec, which run the same model. Linux only.

pip install litserve mosec; each is written as its documentation shows, with one process and one thread for the model.
"""

import asyncio
import itertools
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated

import psutil
import typer
from http_load import Answer, Load
from machine import machine
from rich.console import Console
from rich.table import Table
from serving import tag_offline

from ner import read_sentences
from ner.built_in import model_folder

IN_TIME = 2.0  # seconds; an answer that comes later doesn't count
PEERS = Path(__file__).parent / "peers"


def main(
    data: Annotated[Path, typer.Argument(help="Annotated file whose texts are sent.")] = Path("data_demo/test.txt"),
    seconds: Annotated[float, typer.Option(min=1, help="Length of each measurement.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="Number of times that each is measured.")] = 3,
    loads: Annotated[list[float] | None, typer.Option("--load", help="Load as a share of the peak.")] = None,
    port: Annotated[int, typer.Option(help="First port.")] = 8870,
    seed: Annotated[int, typer.Option(help="Seed of the times of arrival.")] = 0,
) -> None:
    """Send texts at growing rates to each service in turn, and count the characters that are answered in time."""
    texts = [sentence.text for sentence in read_sentences(data)]
    stream = itertools.cycle(texts)
    console = Console()
    console.print(machine("torch"), soft_wrap=True)
    mean = sum(map(len, texts)) / len(texts)
    cores = sorted(os.sched_getaffinity(0))
    peak = _offline_speed(texts, cores[-1])
    console.print(f"Tagger.tag in a process: {peak:,.0f} characters/s; counted are answers within {IN_TIME:g} s")
    table = Table("load", *SERVICES)
    for share in loads or (0.5, 0.8, 1.0, 1.5, 2.0, 4.0):
        good: dict[str, list[float]] = {name: [] for name in SERVICES}
        for _ in range(rounds):
            for number, (name, (command, path, body)) in enumerate(SERVICES.items()):
                own_port = port + number
                process = subprocess.Popen([sys.executable, *command, str(own_port)], stderr=subprocess.DEVNULL)
                try:
                    load = Load(own_port, path, body)
                    asyncio.run(_until_up(load, texts[0]))
                    _pin(process.pid, cores)
                    asyncio.run(load.closed(8, 2, lambda: [next(stream)]))  # to warm up
                    dice = random.Random(seed)
                    answers = asyncio.run(load.open(share * peak / mean, seconds, lambda: [next(stream)], dice))
                    good[name].append(_in_time(answers) / seconds)
                finally:
                    _end(process)
        table.add_row(f"{share:.0%}", *(f"{median(each):,.0f}" for each in good.values()))
        print(f"{share:.0%}", good, file=sys.stderr)
    console.print(table)


def _in_time(answers: Sequence[Answer]) -> int:
    return sum(answer.characters for answer in answers if answer.status == 200 and answer.seconds <= IN_TIME)


async def _until_up(load: Load, text: str) -> None:
    ends = time.monotonic() + 90
    while (await load.ask([text])).status != 200:
        if time.monotonic() > ends:
            raise SystemExit("a service didn't start")
        await asyncio.sleep(0.2)
    load.forget()


def _pin(pid: int, cores: Sequence[int]) -> None:
    """Put the process that computes on the last core, the rest of the service and this one on the others."""
    os.sched_setaffinity(0, cores[:-1] or cores)
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    computes = max(family, key=lambda one: one.memory_info().rss)
    for one in family:
        for thread in one.threads():
            os.sched_setaffinity(thread.id, [cores[-1]] if one is computes else cores[:-1] or cores)


def _end(process: "subprocess.Popen[bytes]") -> None:
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for one in family:
        one.kill()
    process.wait()
    time.sleep(0.5)


def _offline_speed(texts: Sequence[str], core: int) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        speed: float = pool.apply(tag_offline, ("throughput", str(model_folder(None)), texts, core, 4.0))
        return speed


Body = Callable[[Sequence[str]], object]
SERVICES: dict[str, tuple[list[str], str, Body]] = {
    "bert-ner": (
        ["-m", "ner", "serve", "--engines", "1", "--threads", "1", "--max-wait", str(IN_TIME / 2), "--port"],
        "/v1/tag",
        lambda texts: {"texts": list(texts)},
    ),
    "LitServe": ([str(PEERS / "litserve_tagger.py")], "/predict", lambda texts: {"text": texts[0]}),
    "mosec": (
        [str(PEERS / "mosec_tagger.py"), "--address", "127.0.0.1", "--port"],
        "/inference",
        lambda texts: {"text": texts[0]},
    ),
}

if __name__ == "__main__":
    typer.run(main)
