"""Compare tagging with two windows and with one large window, and time long lines. Needs a model and its data."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from timeit import timeit
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ner import Tagger
from ner.data.corpus import read_split
from ner.data.entities import Entity, Sentence
from ner.evaluation.scores import compare
from ner.model.model_folder import load_model
from ner.tagging.torch_engine import NetworkEngine


def main(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    data: Annotated[Path, typer.Argument(help="Data folder. Its test sentences are joined to documents.")],
    window: Annotated[
        int, typer.Option(help="Number of characters of a window. The large window has twice as many.")
    ] = 128,
    documents: Annotated[int, typer.Option(help="Maximum number of documents.")] = 300,
    longest: Annotated[
        int, typer.Option(min=100, help="Number of characters of the longest line that is timed.")
    ] = 100_000,
) -> None:
    """Join test sentences to documents, tag them with two windows and with one large window, and time long lines."""
    console = Console()
    sentences = read_split(data, "test").sentences
    tagger, big = _tagger(model, window), _tagger(model, 2 * window)
    joined = list(_documents(sentences, window))[:documents]
    texts = [document.text for document in joined]
    windows, whole = tagger.tag(texts), big.tag(texts)
    pairs = list(zip(_spans(windows), _spans(whole), strict=True))
    both, either = sum(len(a & b) for a, b in pairs), sum(len(a | b) for a, b in pairs)
    characters = sum(map(len, texts))
    console.print(f"{len(texts):,} documents of two windows, {characters:,} characters, {either:,} entities found")
    console.print(
        f"found both with two windows of {window} and with one of {2 * window}: {both:,} ({both / max(1, either):.2%})"
    )
    for name, found in (("two windows", windows), ("one window", whole)):
        console.print(f"F1 with {name}: {compare(joined, found, tagger.types).scores.f1:.2f}")
    table = Table("characters in a line", "seconds", "characters a second")
    text = "".join(sentence.text for sentence in sentences)
    for length in (longest // 100, longest // 10, longest):
        line = (text * (length // len(text) + 1))[:length]
        seconds = timeit(partial(tagger.tag, [line]), number=1)
        table.add_row(f"{length:,}", f"{seconds:.2f}", f"{length / seconds:,.0f}")
    console.print(table)


def _tagger(folder: Path, window: int) -> Tagger:
    model, table = load_model(folder)
    model.config.window = window
    model.place()
    return Tagger(NetworkEngine(model), table)


def _documents(sentences: Sequence[Sentence], window: int) -> Iterator[Sentence]:
    """Join successive sentences until they are longer than a window."""
    text, entities = "", list[Entity]()
    for sentence in sentences:
        shift = len(text)
        text += sentence.text
        entities += [Entity(e.start + shift, e.end + shift, e.label, e.text) for e in sentence.entities]
        if len(text) > window:
            if len(text) <= 2 * window - window // 4:  # the most that two overlapping windows read
                yield Sentence(text, tuple(entities))
            text, entities = "", []


def _spans(found: Sequence[Sequence[Entity]]) -> Iterator[set[tuple[int, int, str]]]:
    return ({(entity.start, entity.end, entity.label) for entity in entities} for entities in found)


if __name__ == "__main__":
    typer.run(main)
