"""Measure what a list of names changes: no list, overwriting after decoding, and weights inside the CRF."""

import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from itertools import chain, product
from pathlib import Path
from statistics import median
from typing import Annotated

import numpy as np
import typer
from machine import machine
from rich.console import Console

from ner import Entity, Lexicon, Sentence, Tagger
from ner.choices import BUILT_IN_TAGGER
from ner.data.corpus import read_corpus, read_split
from ner.lexicon.default_weight import default_weight
from ner.lexicon.entries import Entry
from ner.lexicon.matcher import Hit, Matcher
from ner.tagging.model_info import read_types

app = typer.Typer(add_completion=False)
console = Console(soft_wrap=True)

_Share = Annotated[float, typer.Option(help="Share of the terms that get a wrong type.")]


class Sample:
    """Annotated sentences, and the scores of their tags, which are computed once."""

    def __init__(self, tagger: Tagger, sentences: Sequence[Sentence]) -> None:
        self.tagger, self.sentences = tagger, [sentence for sentence in sentences if sentence.text]
        self.texts = [sentence.text for sentence in self.sentences]
        self.emissions = tagger.emissions(self.texts)

    def tag(self, lexicon: Lexicon | None) -> list[list[Entity]]:
        tagger = self.tagger.with_lexicon(lexicon)
        return tagger._decode(self.texts, tagger._known(self.texts), self.emissions)

    def f1(self, entities: Sequence[Sequence[Entity]]) -> tuple[float, float, float]:
        """F1, precision and recall in percent."""
        return f1(self.sentences, entities)


def f1(sentences: Sequence[Sentence], entities: Sequence[Sequence[Entity]]) -> tuple[float, float, float]:
    """F1, precision and recall in percent."""
    gold = {(i, *_span(entity)) for i, sentence in enumerate(sentences) for entity in sentence.entities}
    found = {(i, *_span(entity)) for i, of_text in enumerate(entities) for entity in of_text}
    right = len(gold & found)
    return 200 * right / (len(gold) + len(found)), 100 * right / max(1, len(found)), 100 * right / len(gold)


def _span(entity: Entity) -> tuple[int, int, str]:
    return entity.start, entity.end, entity.label


def names_of(sentences: Iterable[Sentence], types: Sequence[str], wrong: float = 0.0, seed: int = 1) -> list[Entry]:
    """The names of two characters and more, with their most frequent type, or for a share of them with another one."""
    random = np.random.default_rng(seed)
    entries = [entry for entry in Lexicon.from_sentences(sentences) if entry.type in types]
    return [
        entry._replace(type=str(random.choice([type_ for type_ in types if type_ != entry.type])))
        if random.random() < wrong
        else entry
        for entry in entries
    ]


def longest_matches(text: str, matcher: Matcher) -> list[Entity]:
    """What the list alone finds: the longest matches, from left to right."""
    longest: dict[int, Hit] = {}
    for hit in matcher.find(text):
        if hit.start not in longest or hit.end > longest[hit.start].end:
            longest[hit.start] = hit
    listed: list[Entity] = []
    for start, hit in sorted(longest.items()):
        if not listed or start >= listed[-1].end:
            listed.append(Entity(start, hit.end, hit.entry.type, text[start : hit.end]))
    return listed


def overwrite(found: Sequence[Entity], listed: Sequence[Entity]) -> list[Entity]:
    """Replace the entities that overlap what the list finds, as HanLP does."""
    kept = [entity for entity in found if not any(entity.start < e.end and e.start < entity.end for e in listed)]
    return [*kept, *listed]


@app.command()
def fit(
    uner: Annotated[Path, typer.Argument(help="Folder of UNER: names of train, scores on dev.")],
    aishell: Annotated[Path, typer.Argument(help="Folder of AISHELL-NER: names of test, scores on dev.")],
) -> None:
    """Find the default weight: base + factor x length. Half of the lists have half of the types wrong."""
    tagger = Tagger.load()
    parts = [(uner, "train"), (aishell, "test")]
    samples = [Sample(tagger, read_split(folder, "dev").sentences) for folder, _ in parts]
    lists = [
        [names_of(read_split(folder, names).sentences, tagger.types, wrong) for wrong in (0.0, 0.5)]
        for folder, names in parts
    ]
    console.print("without:", *(f"{sample.f1(sample.tag(None))[0]:.2f}" for sample in samples))
    console.print("base factor | UNER, half wrong | AISHELL-NER, half wrong | mean")
    for base, factor in product((0.0, 1.0, 2.0, 3.0), (0.25, 0.5, 0.75, 1.0, 1.25)):
        scores = []
        for sample, of_sample in zip(samples, lists, strict=True):
            for entries in of_sample:
                weighted = Lexicon(entry._replace(weight=base + factor * len(entry.term)) for entry in entries)
                scores.append(sample.f1(sample.tag(weighted))[0])
        shown = "  ".join(f"{score:.2f}" for score in scores)
        console.print(f"{base:+.1f} {factor:.2f} | {shown} | {np.mean(scores):.2f}")


@app.command()
def learned(
    data: Annotated[Path, typer.Argument(help="Folder: names of train, scores on dev.")],
    model: Annotated[str, typer.Option(help="Model folder.")] = BUILT_IN_TAGGER,
    most: Annotated[int, typer.Option(help="Most sentences of dev.")] = 1000,
) -> None:
    """Score a list with the default weight, and with weights learned on the other half of the same sentences."""
    from ner.training.fit_list_weights import fit_list_weights  # imports PyTorch, whose memory `large` would count

    tagger = Tagger.load(model)
    corpus = read_corpus(data)  # without a dev file, a tenth of train
    sentences = [sentence for sentence in corpus.dev.sentences if sentence.text][:most]
    halves = sentences[::2], sentences[1::2]
    samples = [Sample(tagger, half) for half in halves]
    console.print(f"{len(sentences):,} sentences; F1 | precision | recall")

    def show(name: str, entities: Sequence[Sequence[Sequence[Entity]]]) -> None:
        scores = f1([*chain(*halves)], [*chain(*entities)])
        console.print(" | ".join([name, *(f"{score:.2f}" for score in scores)]))

    show("no list", [sample.tag(None) for sample in samples])
    for wrong in (0.0, 0.5):
        entries = names_of(corpus.train.sentences, tagger.types, wrong)
        name = f"{len(entries):,} names" + (", half of the types wrong" if wrong else "")
        show(f"{name}: default weight", [sample.tag(Lexicon(entries)) for sample in samples])
        listed = tagger.with_lexicon(Lexicon(entries))
        weights = [fit_list_weights(listed, half) for half in reversed(halves)]
        console.print(*weights)
        of_halves = [
            Lexicon(entry._replace(weight=default_weight(len(entry.term), entry.type, of_half)) for entry in entries)
            for of_half in weights
        ]
        show(f"{name}: learned", [sample.tag(one) for sample, one in zip(samples, of_halves, strict=True)])


@app.command()
def compare(data: Annotated[Path, typer.Argument(help="Folder of MSRA: names of train, scores on test.")]) -> None:
    """Compare the ways to use a list on data that chose no weight."""
    tagger = Tagger.load()
    console.print(machine("numpy"))
    sample = Sample(tagger, read_split(data, "test").sentences)
    train = read_split(data, "train").sentences
    console.print(f"{len(sample.texts):,} sentences, {sum(map(len, sample.texts)):,} characters")
    console.print("way | F1 | precision | recall")

    def show(name: str, entities: Sequence[Sequence[Entity]]) -> None:
        console.print(" | ".join([name, *(f"{score:.1f}" for score in sample.f1(entities))]))

    without = sample.tag(None)
    show("no list", without)
    for wrong in (0.0, 0.5):
        entries = names_of(train, tagger.types, wrong)
        name = f"{len(entries):,} names" + (", half of the types wrong" if wrong else "")
        matcher = Matcher(Lexicon(entries), tagger.table)
        alone = [longest_matches(text, matcher) for text in sample.texts]
        show(f"{name}: the list alone, longest match", alone)
        show(f"{name}: overwriting after decoding", [*map(overwrite, without, alone)])
        show(f"{name}: mode force", sample.tag(Lexicon(entry._replace(mode="force") for entry in entries)))
        show(f"{name}: inside the CRF, default weight", sample.tag(Lexicon(entries)))
    _show_speed(sample.texts[:1000], Lexicon(names_of(train, tagger.types)), 3)


@app.command()
def large(
    data: Annotated[Path, typer.Argument(help="Folder: the sentences to tag are those of test.")],
    terms: Annotated[int, typer.Option(help="Number of terms.", min=1)] = 1_000_000,
    most: Annotated[int, typer.Option(help="Most sentences.")] = 1000,
    rounds: Annotated[int, typer.Option(help="Rounds of the speed.", min=1)] = 5,
) -> None:
    """Load a list of random terms with 2 to 9 characters, and tag with it. POSIX only."""
    console.print(machine("numpy"))
    texts = [sentence.text for sentence in read_split(data, "test").sentences if sentence.text][:most]
    _, table = read_types(BUILT_IN_TAGGER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "terms.csv")
        _write_terms(path, terms, "".join(texts))
        before, began, processor = _megabytes(), time.perf_counter(), time.process_time()
        lexicon = Lexicon.read(path)
        Matcher(lexicon, table)
        passed, processor = time.perf_counter() - began, time.process_time() - processor
    console.print(
        f"{len(lexicon):,} terms: loaded in {passed:.2f} s ({processor:.2f} s of processor time); "
        f"peak memory {_megabytes():.0f} MB, before {before:.0f} MB"
    )
    _show_speed(texts, lexicon, rounds)
    console.print(f"peak memory with the tagger: {_megabytes():.0f} MB")


def _write_terms(path: Path, count: int, text: str) -> None:
    """Write a list of random terms from the ideographs of a text, each as likely. A few are the same."""
    random = np.random.default_rng(1)
    characters = np.array(sorted({character for character in text if "\u4e00" <= character <= "\u9fff"}))
    with path.open("w", encoding="utf-8") as file:
        file.write("term,type\n")
        for written in range(0, count, 10_000):
            terms = random.choice(characters, (min(count - written, 10_000), int(random.integers(2, 10))))
            file.writelines(f"{''.join(term)},{('ORG', 'PER', 'LOC')[len(term) % 3]}\n" for term in terms)


def _megabytes() -> float:
    """The peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _show_speed(texts: Sequence[str], lexicon: Lexicon, rounds: int) -> None:
    """The processor time of tagging with the list, against without, in turn and in one thread."""
    tagger = Tagger.load(threads=1)
    listed = tagger.with_lexicon(lexicon)
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(rounds):
        for name, each in (("without", tagger), ("with", listed)):
            began = time.process_time()
            each.tag(texts)
            times[name].append(time.process_time() - began)
    console.print(
        f"tagging {len(texts):,} sentences: {median(times['without']):.2f} s of processor time without the list, "
        f"{median(times['with']):.2f} s with it: {median(times['without']) / median(times['with']):.0%} of the speed"
    )


if __name__ == "__main__":
    app()
