"""Compare exported taggers with their model: `python benchmarks/export_speed.py MODEL DATA EXPORTED...`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from timing import in_turn

from ner import Tagger
from ner.choices import PrecisionName
from ner.data.corpus import read_split
from ner.data.entities import Entity, Sentence
from ner.data.schemes import BIOES, entities_to_tags
from ner.evaluation.scores import compare


def main(
    model: Annotated[Path, typer.Argument(help="Model folder that bert-ner train wrote.")],
    data: Annotated[Path, typer.Argument(help="Data folder with a test file.")],
    exported: Annotated[list[Path], typer.Argument(help="Folders that bert-ner export wrote from the model.")],
    precision: Annotated[PrecisionName, typer.Option(help="Number format of the model.")] = "fp32",
    timed: Annotated[int, typer.Option(min=1, help="Number of test sentences that are timed. All are compared.")] = 200,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each tagger is timed.")] = 9,
) -> None:
    """Compare tags and F1 on test, and compare the speed of each exported tagger with the model."""
    console = Console(soft_wrap=True)
    sentences = read_split(data, "test").sentences
    texts = [sentence.text for sentence in sentences]
    some = texts[:: max(1, len(texts) // timed)]
    characters = sum(map(len, some))
    tagger = Tagger.load(model, precision)
    found = tagger.tag(texts)
    console.print(f"{len(texts):,} sentences, {sum(map(len, texts)):,} characters, {characters:,} of them timed")
    console.print(f"{model} in {precision}: F1 {_f1(sentences, found, tagger):.2f}, {_size(model):.1f} MB")
    table = Table("", "MB", "equal tags", "F1", "chars/s", "model", "ratio", "quartiles")
    for folder in exported:
        other = Tagger.load(folder)
        tags = other.tag(texts)
        times = in_turn(partial(other.tag, some), partial(tagger.tag, some), rounds)
        table.add_row(
            folder.name,
            f"{_size(folder):.1f}",
            f"{equal_tags(texts, found, tags):.3%}",
            f"{_f1(sentences, tags, other):.2f}",
            f"{characters / times.seconds:,.0f}",
            f"{characters / times.other_seconds:,.0f}",
            f"{times.ratio:.2f}",
            f"{times.low:.2f} to {times.high:.2f}",
        )
    console.print(table)


def equal_tags(texts: list[str], one: list[list[Entity]], other: list[list[Entity]]) -> float:
    """The share of characters whose tags are equal."""
    pairs = [
        pair
        for text, *found in zip(texts, one, other, strict=True)
        for pair in zip(*(entities_to_tags(entities, len(text), BIOES) for entities in found), strict=True)
    ]
    return sum(a == b for a, b in pairs) / len(pairs)


def _f1(sentences: list[Sentence], found: list[list[Entity]], tagger: Tagger) -> float:
    f1: float = compare(sentences, found, tagger.types).scores.f1
    return f1


def _size(folder: Path) -> float:
    """The size of network and character table in megabytes."""
    names = ("model.safetensors", "model.onnx", "model.xml", "model.bin", "characters.json")
    return sum((folder / name).stat().st_size for name in names if (folder / name).exists()) / 1e6


if __name__ == "__main__":
    typer.run(main)
