"""Measure `bert-ner summarize` on millions of entities: `python benchmarks/summarizing.py`."""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from machine import machine
from rich.console import Console

_TEXTS_PER_FILE = 100_000
_ENTITIES_PER_TEXT = 4
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周徐孙", "伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚"
_PLACES = "上海", "北京", "杭州", "成都", "西安", "南京", "青岛", "昆明"


def main(
    millions: Annotated[float, typer.Option(help="Number of entities, in millions.")] = 10,
    options: Annotated[str, typer.Option(help="Options of summarize.")] = "",
) -> None:
    """Write tagged files, let a process count them, and show its seconds and its peak memory."""
    console = Console(soft_wrap=True)
    console.print(machine("duckdb"))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        files = max(1, round(millions * 1e6 / _TEXTS_PER_FILE / _ENTITIES_PER_TEXT))
        size = sum(_write(work / "out" / f"part-{number:05}.jsonl", number) for number in range(files))
        began = time.perf_counter()
        report = work / "report"
        command = [sys.executable, "-m", "ner", "summarize", str(work / "out"), "--output", str(report)]
        subprocess.run([*command, *options.split()], check=True, stdout=subprocess.DEVNULL)
        seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    console.print(
        f"{files * _TEXTS_PER_FILE * _ENTITIES_PER_TEXT / 1e6:.1f} million entities, {size / 1e6:,.0f} MB: "
        f"{seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time, "
        f"peak memory {used.ru_maxrss / 1000:,.0f} MB"
    )


def _write(path: Path, seed: int) -> int:
    """Write texts with persons, most of them rare, and places."""
    chance = random.Random(seed % 5)
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for line in range(1, _TEXTS_PER_FILE + 1):
            names = [_name(chance) for _ in range(_ENTITIES_PER_TEXT)]
            entities, at = [], 0
            for name, label in names:
                entities.append({"start": at, "end": at + len(name), "label": label, "text": name, "score": 0.9})
                at += len(name) + 1
            record = {"file": f"{seed}.txt", "line": line, "text": "、".join(name for name, _ in names)}
            file.write(json.dumps({**record, "entities": entities}, ensure_ascii=False) + "\n")
    return path.stat().st_size


def _name(chance: random.Random) -> tuple[str, str]:
    if chance.random() < 0.3:
        return chance.choice(_PLACES), "LOC"
    common = int(len(_GIVEN) * chance.random() ** 2)
    return chance.choice(_SURNAMES) + _GIVEN[common] + chance.choice(_GIVEN), "PER"


if __name__ == "__main__":
    typer.run(main)
