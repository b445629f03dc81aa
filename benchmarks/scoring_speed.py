"""Compare the speed of the scorer with the Perl script conlleval (as processes) or with seqeval (in one process)."""

import io
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2
from timing import Comparison, in_turn

import conlleval
from ner.data.entities import Entity
from ner.data.schemes import BIO, entities_to_tags

TYPES = ("LOC", "ORG", "PER")
LENGTH = 40  # characters of a sentence
CHARACTERS = 5_000

Sentence = tuple[str, list[str], list[str]]
"""Text, gold tags and predicted tags."""
Row = tuple[str, str, Comparison]
"""The name of ours, the name of the other, and the times of both."""


def main(
    lines: Annotated[int, typer.Option(min=1_000, help="Number of lines of the generated file.")] = 2_200_000,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each is timed.")] = 5,
    perl: Annotated[
        Path | None, typer.Option(help="The Perl script conlleval. It is not part of this project.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated tags.")] = 0,
) -> None:
    """Generate sentences with gold and predicted tags, check that both scorers agree, and compare their times."""
    sentences = list(generate(lines, random.Random(seed)))
    if perl:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "predictions.txt")
            path.write_text(columns(sentences), encoding="utf-8")
            rows = against_perl(path, perl, rounds)
    else:
        rows = against_seqeval(sentences, rounds)
    size = sum(len(text) + 1 for text, _, _ in sentences)
    table = Table("", "seconds", "lines per second", "compared with", "seconds", "times as fast", "quartiles")
    for name, other, times in rows:
        speed, spread = f"{size / times.seconds:,.0f}", f"{times.low:.1f} to {times.high:.1f}"
        table.add_row(
            name, f"{times.seconds:.2f}", speed, other, f"{times.other_seconds:.2f}", f"{times.ratio:.1f}", spread
        )
    console = Console()
    console.print(f"{size:,} lines, {len(sentences):,} sentences; both scorers agree")
    console.print(table)


def generate(lines: int, chance: random.Random) -> Iterator[Sentence]:
    """Generate sentences with one or two entities. About a tenth of them is missed, or has a wrong type or end."""
    for _ in range(lines // (LENGTH + 1)):
        text = "".join(chr(0x4E00 + int(chance.triangular(0, CHARACTERS, 0))) for _ in range(LENGTH))
        gold, predicted = list[Entity](), list[Entity]()
        for start in range(chance.randrange(LENGTH), LENGTH - 4, LENGTH // 2):
            entity = Entity(start, start + chance.randint(2, 4), chance.choice(TYPES), "")
            gold.append(entity)
            error = chance.random()
            if error < 0.04:
                continue
            label = chance.choice(TYPES) if error < 0.07 else entity.label
            predicted.append(Entity(start, entity.end - (0.07 <= error < 0.1), label, ""))
        yield text, entities_to_tags(gold, LENGTH, BIO), entities_to_tags(predicted, LENGTH, BIO)


def columns(sentences: list[Sentence]) -> str:
    """The file that both scorers read: a character, its gold tag and its predicted tag on each line."""
    file = io.StringIO()
    for sentence in sentences:
        file.writelines(
            f"{character} {gold} {predicted}\n" for character, gold, predicted in zip(*sentence, strict=True)
        )
        file.write("\n")
    return file.getvalue()


def against_perl(path: Path, script: Path, rounds: int) -> list[Row]:
    """Compare with the Perl script. All scorers run as processes, from start to report."""
    conlleval_, score, theirs = (
        partial(_output, command, path)
        for command in (
            [sys.executable, "-m", "conlleval"],
            [sys.executable, "-m", "cli", "score", str(path)],
            ["perl", str(script)],
        )
    )
    report = theirs()
    if conlleval_() != report or report not in score():
        raise SystemExit(f"{script} prints another report")
    return [
        ("python -m conlleval", "the Perl script", in_turn(conlleval_, theirs, rounds)),
        ("bert-ner score", "the Perl script", in_turn(score, theirs, rounds)),
    ]


def _output(command: list[str], path: Path) -> bytes:
    with open(path, "rb") as file:
        return subprocess.run(command, stdin=file, capture_output=True, check=True).stdout


def against_seqeval(sentences: list[Sentence], rounds: int) -> list[Row]:
    """Compare with seqeval in this process, on lists of tags, without reading files."""
    gold, predicted = [tags for _, tags, _ in sentences], [tags for _, _, tags in sentences]
    ours = partial(conlleval.evaluate, gold, predicted)
    strict = partial(precision_recall_fscore_support, gold, predicted, average="micro", scheme=IOB2)
    if abs(100 * strict()[2] - ours().f1) > 1e-9:
        raise SystemExit("seqeval finds another F1")
    return [("conlleval.evaluate", "seqeval, strict", in_turn(ours, strict, rounds))]


if __name__ == "__main__":
    typer.run(main)
