"""Replacing characters, labels and entities that a format can't store, and the findings that report it."""

import re
from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from ner.data.entities import Entity, Sentence, drop_overlaps, pair_overlaps
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.schemes import IO, Scheme
from ner.data.unknown_spans import count_untagged
from ner.quantities import counted

_SHOWN = 40


def with_text(sentences: Iterable[Sentence], losses: list[Finding]) -> Iterator[Sentence]:
    """The sentences that are not empty. For each empty one, a finding is added to `losses`."""
    for sentence in sentences:
        if sentence.text:
            yield sentence
        else:
            _lose(losses, sentence, FindingKind.EMPTY_TEXT_LEFT_OUT, "a text without characters")


def replace_line_ends(sentence: Sentence, unwritable: re.Pattern[str], losses: list[Finding]) -> str:
    """Replace each character that `unwritable` matches by one visible character. All offsets stay the same.

    Control characters and the space become their pictures (U+2400 and following, U+2423), and others U+FFFD. If there
    are any, a finding is added to `losses`.
    """
    found = unwritable.findall(sentence.text)
    if not found:
        return sentence.text
    pairs = ", ".join(f"U+{ord(c):04X} as {picture(c)}" for c in dict.fromkeys(found))
    _lose(losses, sentence, FindingKind.CHARACTER_REPLACED, f"{len(found):,} written as others: {pairs}")
    return unwritable.sub(lambda match: picture(match[0]), sentence.text)


def flat_entities(sentence: Sentence, losses: list[Finding]) -> list[Entity]:
    """The longest entities that don't overlap, in order. For each other entity, a finding is added to `losses`."""
    kept = drop_overlaps(sentence.entities)
    for entity, other in pair_overlaps(sentence.entities, kept):
        _lose(losses, sentence, FindingKind.OVERLAPPING_ENTITY_LEFT_OUT, f"{_name(entity)} overlaps {_name(other)}")
    return kept


def nested_entities(sentence: Sentence, losses: list[Finding]) -> list[Entity]:
    """The longest entities that don't cross, in order of position, outer entities before inner ones.

    For each other entity, a finding is added to `losses`.
    """
    kept: list[Entity] = []
    edges: list[int] = []
    by_edge: dict[int, Entity] = {}
    for entity in sorted(sentence.entities, key=lambda entity: (entity.start - entity.end, entity.start)):
        # Kept entities are at least as long: if one edge is inside this entity, the other is outside.
        at = bisect_right(edges, entity.start)
        if at < len(edges) and edges[at] < entity.end:
            _lose(
                losses,
                sentence,
                FindingKind.CROSSING_ENTITY_LEFT_OUT,
                f"{_name(entity)} crosses {_name(by_edge[edges[at]])}",
            )
            continue
        kept.append(entity)
        for edge in (entity.start, entity.end):
            if edge not in by_edge:
                by_edge[edge] = entity
                insort(edges, edge)
    return sorted(kept, key=lambda entity: (entity.start, -entity.end))


def find_merged_entities(sentence: Sentence, entities: Sequence[Entity], scheme: Scheme, losses: list[Finding]) -> None:
    """Add a finding to `losses` for each entity that `scheme` can't separate from the entity before it."""
    if scheme is not IO:
        return
    for left, right in pairwise(entities):
        if (left.end, left.label) == (right.start, right.label):
            message = f"{_name(right)} follows another {right.label} directly; IO reads them back as one"
            _lose(losses, sentence, FindingKind.ENTITY_MERGED, message)


def replace_in_labels(
    sentences: Iterable[Sentence], unwritable: re.Pattern[str], losses: list[Finding]
) -> dict[str, str]:
    """Replace each character that `unwritable` matches in labels by "_". Different labels stay different.

    For each label that changes, a finding is added to `losses`, with the first sentence that has it.

    Returns:
        The label to write for each label.
    """
    written: dict[str, str] = {}
    for sentence in sentences:
        for entity in sentence.entities:
            if entity.label in written:
                continue
            label = replace_in_label(entity.label, unwritable, written.values())
            written[entity.label] = label
            if label != entity.label:
                _lose(losses, sentence, FindingKind.LABEL_REPLACED, f"label {entity.label!r} written as {label!r}")
    return written


def replace_in_label(label: str, unwritable: re.Pattern[str], taken: Collection[str]) -> str:
    """The label with "_" for each character that `unwritable` matches, and more "_" until it is not in `taken`."""
    written = unwritable.sub("_", label)
    while written in taken:
        written += "_"
    return written


def picture(character: str) -> str:
    """The substitute of a character: a picture for a control character or the space, U+FFFD for any other."""
    code = ord(character)
    if character == " ":
        return "␣"
    if code == 0x7F:
        return "␡"
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def list_lost_unknowns(sentences: Iterable[Sentence]) -> Iterator[Finding]:
    """A finding for each sentence with unknown characters. In formats of spans they become characters outside."""
    for sentence in sentences:
        if count := count_untagged(sentence):
            message = f"{counted(count, 'character')} with the tag ?: this format marks them as outside of entities"
            yield Finding(sentence.path, sentence.line, FindingKind.UNKNOWN_TAGS_LOST, message)


def _lose(losses: list[Finding], sentence: Sentence, kind: FindingKind, message: str) -> None:
    losses.append(Finding(sentence.path, sentence.line, kind, message))


def _name(entity: Entity) -> str:
    text = entity.text if len(entity.text) <= _SHOWN else f"{entity.text[:_SHOWN]}..."
    return f"{text!r} ({entity.label}, {entity.start} to {entity.end})"
