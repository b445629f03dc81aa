"""What a person is asked about one text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.unknown_spans import Spans, spans_outside

PROPOSED = "proposed"
"""The name of the one reading that a model, a list or a file proposes."""

Span = tuple[int, int, str]


@dataclass(frozen=True)
class Task:
    """A text, what others found in it, and which parts of it are asked.

    Args:
        text: the text.
        document: the name of its document, "" if it is unknown.
        readings: entities of the text by their origin: `PROPOSED`, or `A` and `B` of two people.
        asked: the parts that are asked; None for the whole text.
        rest_is_known: whether the labels of the other parts are right, so that they become labels of the result. If
            not, the other parts stay unlabelled.
    """

    text: str
    document: str = ""
    readings: Mapping[str, tuple[Entity, ...]] = field(default_factory=dict)
    asked: Spans | None = None
    rest_is_known: bool = False

    @property
    def start(self) -> list[Entity]:
        """The entities that the person begins with: those that all readings have."""
        found = [frozenset(map(span_of, reading)) for reading in self.readings.values()]
        common = frozenset.intersection(*found) if found else frozenset()
        first = next(iter(self.readings.values()), ())
        return drop_overlaps(entity for entity in first if span_of(entity) in common)

    def sentence(self, spans: Iterable[Span]) -> Sentence:
        """The labelled text.

        If parts of it are not asked, nor known, then they are unknown, unless the person changed something there.

        Args:
            spans: the entities that the person left in the text.
        """
        chosen = sorted(spans)
        if self.asked is None or self.rest_is_known:
            return Sentence(self.text, chosen, document=self.document)
        changed = {*chosen} ^ {*map(span_of, self.start)}
        known = [*self.asked, *((start, end) for start, end, _ in changed)]
        kept = [one for one in chosen if any(start < one[1] and one[0] < end for start, end in known)]
        unknown = spans_outside([*known, *((start, end) for start, end, _ in kept)], 0, len(self.text))
        return Sentence(self.text, kept, document=self.document, unknown=unknown)

    def to_dict(self) -> dict[str, Any]:
        """All but text and document, ready for JSON."""
        return {
            "readings": {name: [entity_fields(entity) for entity in found] for name, found in self.readings.items()},
            "asked": self.asked,
            "rest_is_known": self.rest_is_known,
        }

    @classmethod
    def from_dict(cls, text: str, document: str, stored: Mapping[str, Any]) -> "Task":
        """The task that `to_dict` stored."""
        readings = {
            name: tuple(
                Entity(one["start"], one["end"], one["label"], text[one["start"] : one["end"]], one["score"])
                for one in found
            )
            for name, found in stored["readings"].items()
        }
        asked = None if stored["asked"] is None else tuple((start, end) for start, end in stored["asked"])
        return cls(text, document, readings, asked, stored["rest_is_known"])


def span_of(entity: Entity) -> Span:
    """Start, end and type of an entity."""
    return entity.start, entity.end, entity.label


def entity_fields(entity: Entity) -> dict[str, Any]:
    """An entity as JSON, with offsets in code points."""
    return {"start": entity.start, "end": entity.end, "label": entity.label, "score": entity.score}
