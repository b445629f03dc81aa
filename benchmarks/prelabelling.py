"""Compare a tagger and lists together with the tagger alone: `python benchmarks/prelabelling.py DATA LIST...`.

The labels of DATA are hidden, and scored against.
"""

from pathlib import Path
from typing import Annotated

import typer
from machine import machine
from rich.console import Console
from rich.table import Table

from ner import Lexicon, PrelabelSettings, Tagger, lexicon_source, prelabel_texts, read_sentences, tagger_source
from ner.cpu_settings import set_up_libraries
from ner.data.unknown_spans import count_untagged
from ner.evaluation.scores import compare


def main(
    data: Annotated[Path, typer.Argument(help="Annotated file.")],
    lists: Annotated[list[Path], typer.Argument(help="Annotated files. The names in each are a list.")],
    sentences: Annotated[int, typer.Option(help="Number of sentences of DATA; the rest of DATA is left out.")] = 2000,
    model: Annotated[Path | None, typer.Option(help="Tagger; default: the built-in one.")] = None,
) -> None:
    """Score the tagger alone, each list alone, and all of them combined."""
    set_up_libraries()
    console = Console(soft_wrap=True)
    console.print(machine("torch"))
    gold = [sentence for sentence in read_sentences(data) if sentence.text][:sentences]
    texts = [sentence.text for sentence in gold]
    tagger = Tagger.load(model)
    found = [(path.stem, Lexicon.from_sentences(read_sentences(path))) for path in lists]
    sources = [tagger_source(tagger), *(lexicon_source(lexicon, name) for name, lexicon in found)]
    combined = prelabel_texts(texts, sources)
    table = Table("labels", "precision", "recall", "F1")
    each = {source.name: [*map(list, source.propose(texts))] for source in sources}  # type: ignore[arg-type]
    each["combined"] = [one.entities for one in combined.texts]
    for name, entities in each.items():
        scores = compare(gold, entities, tagger.types).scores
        table.add_row(name, *(f"{number:.2f}" for number in (scores.precision, scores.recall, scores.f1)))
    console.print(table)
    for name, reliability in combined.reliability.items():
        console.print(name, {type_: f"{one.precision:.2f} {one.recall:.2f}" for type_, one in reliability.items()})
    partial = [one.partial(PrelabelSettings()) for one in combined.texts]
    scores = compare(gold, [sentence.entities for sentence in partial], tagger.types).scores
    unknown = sum(map(count_untagged, partial)) / sum(map(len, texts))
    console.print(f"certain entities: precision {scores.precision:.2f}; unknown characters: {unknown:.1%}")


if __name__ == "__main__":
    typer.run(main)
