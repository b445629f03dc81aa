"""Measure what tagging in shards costs beside one stream: `python benchmarks/scaling.py FILE`."""

import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from growth import _write
from machine import machine
from rich.console import Console
from timing import in_turn

from ner.records.output_formats import open_writer
from ner.records.record import Item, Place, Record, TaggedText
from ner.records.text_files import TextFiles
from ner.scaling.shard_folder import DONE, Manifest, ShardFolder
from ner.scaling.shard_plan import plan_shards, shard_name
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_store import DiskStore
from ner.scaling.shard_task import ShardOutput, ShardTagger, ShardTask, WholeShard
from ner.scaling.tag_in_shards import tag_in_shards
from ner.scaling.tagger_source import TaggerSource
from ner.tagging.engine_settings import EngineSettings
from ner.tagging.tag_records import tag_records

_LINE = "这一行没有实体。" * 1250
_LINES_PER_GIGABYTE = 33_333
_MEGABYTE = 1_000_000


class NoTagger:
    """Finds nothing, in no time: what is left is reading, writing and handing on."""

    types = ("PER",)

    def readings(
        self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
    ) -> Iterator[TaggedText]:
        return (TaggedText([], []) for _ in texts)


@dataclass(frozen=True)
class NoSource(TaggerSource):
    """Loads it."""

    def load(self, characters: int, lexicon: Any = None) -> Any:
        return NoTagger()


class SimulatedTexts(TextFiles):
    """A file of any size that is nowhere: each line is made when it is read.

    Args:
        lines: their number.
    """

    def __init__(self, lines: int) -> None:
        super().__init__([__file__])
        self._lines = lines

    def items(self, start: Place = Place(), watch: Callable[[str], None] | None = None) -> Iterator[Item]:  # noqa: B008
        for number in range(start.record, self._lines):
            yield Item(0, number, Record("simulated", number + 1, _LINE))


def main(
    file: Annotated[Path, typer.Argument(help="Text file with a record on each line, repeated as often as needed.")],
    megabytes: Annotated[int, typer.Option(help="Size of the text for the comparison with one stream.")] = 20,
    rounds: Annotated[int, typer.Option(help="How often stream and shards are timed.")] = 5,
    characters: Annotated[int, typer.Option(help="Characters for the real tagger, in shards of 100,000.")] = 400_000,
    gigabytes: Annotated[float, typer.Option(help="Size of the simulated text, for the memory.")] = 10,
    shards: Annotated[int, typer.Option(help="Number of shards of a run that is resumed.")] = 100_000,
) -> None:
    """Time stream and shards, processes, resuming, and look at the memory."""
    console = Console(soft_wrap=True)
    console.print(machine("onnxruntime"))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        speed = _time_workers(console, work, file, characters) if characters else 0
        _compare_with_stream(console, work, file, megabytes, rounds, speed)
        _resume(console, work, shards)
        _watch_memory(console, work, int(gigabytes * _LINES_PER_GIGABYTE))


def _time_workers(console: Console, work: Path, file: Path, characters: int) -> float:
    """Time one process with one and two threads, and two processes. Returns the characters a second of the first."""
    count = _write(work / "text.txt", file, 3 * characters / _MEGABYTE)
    texts = TextFiles([str(work / "text.txt")])
    speeds = []
    for workers, threads in ((1, 1), (1, 2), (2, 1)):
        output = work / f"out-{workers}-{threads}"
        began = time.perf_counter()
        source = TaggerSource(engine=EngineSettings(threads=threads))
        tag_in_shards(texts, output, source, settings=ShardSettings(shard_size="1", workers=workers))
        speeds.append(count / (time.perf_counter() - began))
        times = speeds[-1] / speeds[0]
        console.print(
            f"processes {workers}, threads {threads}: {speeds[-1]:,.0f} characters/s, {times:.2f} times the first"
        )
    return speeds[0]


def _compare_with_stream(console: Console, work: Path, file: Path, megabytes: int, rounds: int, speed: float) -> None:
    count = _write(work / "text.txt", file, megabytes)
    texts = TextFiles([str(work / "text.txt")])

    def stream() -> None:
        texts.survey()
        with open_writer(work / "stream.jsonl", "jsonl") as writer:
            tag_records(NoTagger(), texts.records(), writer)

    def cut() -> None:
        tag_in_shards(texts, work / "cut", NoSource(), settings=ShardSettings(workers=1, restart=True))

    times = in_turn(stream, cut, rounds)
    began = time.perf_counter()
    (work / "one.txt").write_text("一\n", encoding="utf-8")
    tag_in_shards(TextFiles([str(work / "one.txt")]), work / "one", NoSource())
    start = time.perf_counter() - began
    number = len(ShardFolder(DiskStore(work / "cut")).read().shards)
    each = (times.other_seconds - times.seconds - start) / number
    console.print(
        f"{megabytes} MB without tagging: one stream {times.seconds:.2f} s, {number} shards {times.other_seconds:.2f} "
        f"s, of which {start:.2f} s start a process: {1000 * each:.0f} ms a shard"
    )
    if speed:
        console.print(f"tagging a shard takes {count / number / speed:.0f} s: {each * number * speed / count:.2%} more")


def _resume(console: Console, work: Path, count: int) -> None:
    """Time a run of which all shards but one are whole."""
    text, output = work / "lines.txt", work / "resumed"
    text.write_text("一\n" * count, encoding="utf-8")
    texts = TextFiles([str(text)])
    tag_in_shards(texts, output, NoSource(), settings=ShardSettings(workers=1))
    folder = ShardFolder(DiskStore(output))
    manifest = folder.read()
    shards = [[0, number, number + 1, 4 * number, 1, 1] for number in range(count)]
    folder.clear()
    folder.begin(Manifest(**{**manifest.model_dump(), "shards": shards}), [])
    for number in range(count):
        (output / shard_name(number, count, "jsonl")).write_text("\n", encoding="utf-8")
    lines = (json.dumps(WholeShard(number, 1, 1, {"PER": 0})._asdict()) + "\n" for number in range(count - 1))
    (output / DONE).write_text("".join(lines), encoding="utf-8")
    began = time.perf_counter()
    tagged = tag_in_shards(texts, output, NoSource(), settings=ShardSettings(workers=1)).tagged
    console.print(f"{count:,} shards, {tagged} of them left: {time.perf_counter() - began:.1f} s until all is done")


def _watch_memory(console: Console, work: Path, lines: int) -> None:
    """Plan and tag simulated text in this process, and show its peak memory on the way."""
    texts = SimulatedTexts(lines)
    began = time.perf_counter()
    plan = plan_shards(texts, _MEGABYTE)
    peaks = [_peak()]
    tagger = ShardTagger(ShardTask(NoTagger, texts, DiskStore(work), ShardOutput(), (), len(plan.shards)))
    for number, shard in enumerate(plan.shards):
        tagger.tag(number, shard)
        (work / shard_name(number, len(plan.shards), "jsonl")).unlink()
        if number in (len(plan.shards) // 10, len(plan.shards) - 1):
            peaks.append(_peak())
    shown = ", ".join(f"{peak:,.0f} MB" for peak in peaks)
    console.print(
        f"{len(plan.shards):,} shards of {3 * len(_LINE) * lines / 1e9:.1f} GB in {time.perf_counter() - began:.0f} s, "
        f"peak memory after planning, a tenth, and all: {shown}"
    )


def _peak() -> float:
    """The peak memory of this process in megabytes, on Linux."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    typer.run(main)
