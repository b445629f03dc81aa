"""A repaired copy of a data set: what is plainly wrong is mended, what is a matter of judgement stays."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ner.checking.characters import odd_positions
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.formats.registry import FORMATS
from ner.data.schemes import BIO
from ner.data.split import Split
from ner.files import atomic_writer

_REMOVED = ("control character", "invisible character")
CHANGES = "changes.txt"


def write_repaired(splits: Iterable[Split], folder: Path) -> int:
    """Writes a repaired copy of each split under its own name into `folder`, and all changes into `changes.txt`.

    Returns the number of changes. Raises OSError if the folder can't be written.
    """
    changes: list[str] = []
    for split in splits:
        sentences, found = repaired(split)
        target = folder / Path(split.path).name
        losses = FORMATS[split.format].write(sentences, target, split.scheme or BIO) if sentences else []
        changes += [str(change) for change in (*found, *losses)]
    with atomic_writer(folder / CHANGES) as file:
        file.writelines(f"{change}\n" for change in changes)
    return len(changes)


def repaired(split: Split) -> tuple[list[Sentence], list[Finding]]:
    """The sentences of a split without what is plainly wrong, and every change.

    Sentences with a fault are left out unless it was plain what was meant; tags that are no legal sequence become
    the entities that conlleval reads in them; blank lines and delimiters become the usual ones. Control and invisible
    characters are removed, and white space at the edges of entities is left outside. What is suspicious stays.
    """
    changes = [
        replace(finding, message=f"{finding.message}: {finding.mended or 'the sentence is left out'}")
        for finding in (*split.faults, *split.repairs)
    ]
    changes += [*split.losses, *(replace(oddity, message=f"{oddity.message}: mended") for oddity in split.oddities)]
    sentences = []
    for sentence in split.sentences:
        sentence, found = _mended(sentence)
        changes += found
        if sentence.text:
            sentences.append(sentence)
        else:
            changes.append(Finding(sentence.path, sentence.line, "empty sentence", "an empty sentence: left out"))
    return sentences, changes


def _mended(sentence: Sentence) -> tuple[Sentence, list[Finding]]:
    changes = []
    odd = [at for at, kind in odd_positions(sentence.text) if kind in _REMOVED]
    if odd:
        codes = ", ".join(dict.fromkeys(f"U+{ord(sentence.text[at]):04X}" for at in odd))
        changes.append(_change(sentence, f"{len(odd):,} removed: {codes}"))
        sentence = without_characters(sentence, odd)
    entities = []
    for entity in sentence.entities:
        trimmed = _trimmed(entity)
        if trimmed is None:
            changes.append(_change(sentence, f"an entity of nothing but white space, {entity.label}: removed"))
            continue
        if trimmed != entity:
            changes.append(_change(sentence, f"{entity.label} {entity.text!r} without the white space at its edges"))
        entities.append(trimmed)
    return replace(sentence, entities=tuple(entities)), changes


def without_characters(sentence: Sentence, positions: Sequence[int]) -> Sentence:
    """The sentence without the characters at `positions`, in order; entities of nothing else disappear with them."""
    removed = frozenset(positions)
    kept = "".join(character for at, character in enumerate(sentence.text) if at not in removed)
    entities = []
    for entity in sentence.entities:
        start, end = (at - bisect_left(positions, at) for at in (entity.start, entity.end))
        if start < end:
            entities.append(replace(entity, start=start, end=end, text=kept[start:end]))
    return replace(sentence, text=kept, entities=tuple(entities))


def _trimmed(entity: Entity) -> Entity | None:
    """The entity without white space at its edges; None if nothing is left."""
    text = entity.text.strip()
    if not text:
        return None
    start = entity.start + len(entity.text) - len(entity.text.lstrip())
    return replace(entity, start=start, end=start + len(text), text=text)


def _change(sentence: Sentence, message: str) -> Finding:
    return Finding(sentence.path, sentence.line, "repair", message)
