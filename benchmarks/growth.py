"""Check how time and memory of tagging grow with the text: `python benchmarks/growth.py MODEL FILE`."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Annotated

import typer
from machine import machine
from rich.console import Console
from rich.table import Table

from ner import Tagger
from ner.cpu_settings import set_up_libraries
from ner.records.output_formats import open_writer
from ner.records.text_files import TextFiles
from ner.tagging.tag_records import tag_records

_MEGABYTE = 1_000_000
_BYTES_PER_CHARACTER = 3  # of Chinese in UTF-8
_LONGEST_LINE = 100_000
# The unit of getrusage: kilobytes on Linux, bytes on macOS.
_UNIT = 1 if sys.platform == "darwin" else 1024


def main(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    file: Annotated[
        Path, typer.Argument(help="Text file with a record on each line. It is repeated as often as needed.")
    ],
    megabytes: Annotated[float, typer.Option(help="Size of the file that is tagged to measure memory.")] = 20,
    part: Annotated[float, typer.Option(help="Megabytes that are timed first; then 4 and 16 times as many.")] = 0.1,
) -> None:
    """Time files and lines of increasing length, and measure the peak memory for a large file."""
    set_up_libraries()  # as bert-ner tag does
    console = Console(soft_wrap=True)
    console.print(machine("torch"))
    tagger = Tagger.load(model)
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "text.txt"), Path(folder, "tagged.jsonl")
        table = Table("megabytes", "seconds", "characters a second")
        for times in (1, 1, 4, 16):  # the first run is a warm-up
            characters = _write(source, file, part * times)
            began = time.perf_counter()
            _tag(tagger, source, output)
            seconds = time.perf_counter() - began
            table.add_row(f"{part * times:g}", f"{seconds:.2f}", f"{characters / seconds:,.0f}")
        console.print(table)
        console.print(_single_lines(tagger, file))
        _write(source, file, megabytes)
        peaks = _Peaks(min(1.0, megabytes / 2))
        _tag(tagger, source, output, peaks.watch)
        console.print(
            f"peak memory after {peaks.megabytes:g} MB: {peaks.first / 2**20:,.0f} MiB, "
            f"after all {megabytes:g} MB: {_peak() / 2**20:,.0f} MiB"
        )


def _tag(tagger: Tagger, source: Path, output: Path, watch: Callable[[int], None] | None = None) -> None:
    with open_writer(output, "jsonl") as writer:
        tag_records(tagger, TextFiles([str(source)]).records(), writer, watch)


def _single_lines(tagger: Tagger, file: Path) -> Table:
    """Time single texts, each ten times as long as the one before."""
    table = Table("characters of one line", "seconds", "characters a second")
    characters = chain.from_iterable(line.rstrip("\n") for line in _lines(file))
    text = "".join(islice(characters, _LONGEST_LINE))
    for length in (_LONGEST_LINE // 100, _LONGEST_LINE // 10, _LONGEST_LINE):
        began = time.perf_counter()
        tagger.tag([text[:length]])
        seconds = time.perf_counter() - began
        table.add_row(f"{length:,}", f"{seconds:.2f}", f"{length / seconds:,.0f}")
    return table


class _Peaks:
    """Records the peak memory after the first `megabytes` were tagged."""

    def __init__(self, megabytes: float) -> None:
        self.megabytes = megabytes
        self.first = 0
        self._bytes = 0

    def watch(self, characters: int) -> None:
        self._bytes += _BYTES_PER_CHARACTER * characters
        if not self.first and self._bytes >= self.megabytes * _MEGABYTE:
            self.first = _peak()


def _peak() -> int:
    """The peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _lines(file: Path) -> Iterator[str]:
    return chain.from_iterable(repeat(file.read_text(encoding="utf-8").splitlines(keepends=True)))


def _write(target: Path, file: Path, megabytes: float) -> int:
    """Write lines of `file` to `target` up to a size, and return the number of characters."""
    characters = written = 0
    with target.open("w", encoding="utf-8") as lines:
        for line in _lines(file):
            if written >= megabytes * _MEGABYTE:
                return characters
            lines.write(line)
            written += len(line.encode())
            characters += len(line.rstrip("\n"))
    return characters


if __name__ == "__main__":
    typer.run(main)
