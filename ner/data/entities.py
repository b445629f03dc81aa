"""The two things that annotated text is made of: entities, and sentences that hold them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

_START, _END = attrgetter("start"), attrgetter("end")


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity in a text.

    `start` and `end` are code points of the original text, half-open: `text[entity.start:entity.end] == entity.text`.
    `score` is the probability that the model gives the span, in [0, 1]; None where a person labelled it.
    """

    start: int
    end: int
    label: str
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its entities in order of position.

    `path` and `line` tell where it begins in its file (from 1), `document` names the document that it is part of,
    "" if none is known. `unknown` are the characters that nobody has looked at, all of them outside of the entities:
    half-open spans in order that don't touch.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    path: str = ""
    line: int = 0
    document: str = ""
    unknown: tuple[tuple[int, int], ...] = ()


def drop_overlaps(entities: Iterable[Entity]) -> list[Entity]:
    """The longest of the entities that overlap, and all others, in order of position."""
    in_order = sorted(entities, key=lambda entity: (entity.start, entity.end))
    if all(left.end <= right.start for left, right in pairwise(in_order)):
        return in_order
    kept: list[Entity] = []  # always in order, so that only the two neighbours of an entity can overlap it
    for entity in sorted(in_order, key=lambda entity: (entity.start - entity.end, entity.start)):
        at = bisect_left(kept, entity.start, key=_START)
        if (at == 0 or kept[at - 1].end <= entity.start) and (at == len(kept) or entity.end <= kept[at].start):
            kept.insert(at, entity)
    return kept


def pair_overlaps(entities: Iterable[Entity], kept: Sequence[Entity]) -> Iterator[tuple[Entity, Entity]]:
    """Each of the entities that `without_overlaps` has not `kept`, with the first kept one that it overlaps."""
    all_kept = frozenset(kept)
    for entity in entities:
        if entity not in all_kept:
            yield entity, kept[bisect_right(kept, entity.start, key=_END)]
