"""From offsets in a file to entities: in code points or UTF-16 units, checked against the text they are to hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding

_NEAR = 10
"""Code points by which offsets may be off and still be understood."""


@dataclass(frozen=True)
class Span:
    """Offsets as a file has them, half-open; `surface` is the entity's text where the file tells it.

    `line` is where the span stands in its file, 0 if that is the line of its record; `score` as in Entity.
    """

    start: int
    end: int
    label: str
    surface: str | None = None
    line: int = 0
    score: float | None = None


@dataclass(frozen=True)
class AnnotatedRecord:
    """A text and its spans as a file has them, the line where it begins, its document."""

    text: str
    spans: list[Span] = field(default_factory=list)
    line: int = 0
    document: str = ""


class Offsets:
    """The way from the offsets of one text, which count UTF-16 units or code points, to its entities."""

    def __init__(self, text: str, *, utf_16: bool) -> None:
        self._text = text
        self._points = _code_points(text) if utf_16 and not _is_narrow(text) else None

    def position(self, offset: int) -> int:
        """An offset in code points, -1 if the text has no such place."""
        if self._points is not None:
            return self._points.get(offset, -1)
        return offset if 0 <= offset <= len(self._text) else -1

    def fits(self, span: Span) -> bool:
        """Whether a span lies within the text and holds its surface."""
        start, end = self.position(span.start), self.position(span.end)
        return 0 <= start < end and span.surface in (None, self._text[start:end])

    def entity(self, span: Span) -> tuple[Entity | None, str]:
        """The entity of a span, or None if it has none; and what is wrong with the span, if anything.

        What lies beyond the text, or holds something else than its surface, is taken where the surface stands nearby.
        """
        text, surface = self._text, span.surface
        start, end = self.position(span.start), self.position(span.end)
        if self.fits(span):
            return Entity(start, end, span.label, text[start:end], span.score), ""
        wrong = f"{span.label} at {span.start} to {span.end} {self._what_is_wrong(span)}"
        if not surface:
            return None, wrong
        start, end = start if start >= 0 else span.start, end if end >= 0 else span.end
        near = _nearest(text, surface, start)
        if near is None:
            return None, f"{wrong}, and its text {surface!r} is not nearby"
        moved = Entity(near, near + len(surface), span.label, surface, span.score)
        off = f"offsets are off by {near - start:+d}" if near != start else f"the end is off by {moved.end - end:+d}"
        return moved, f"{wrong}; its text stands at {near} to {moved.end} ({off})"

    def _what_is_wrong(self, span: Span) -> str:
        start, end = self.position(span.start), self.position(span.end)
        if span.end < span.start:
            return "ends before it begins"
        if span.end == span.start:
            return "is empty"
        if start >= 0 and end >= 0:
            return f"holds {self._text[start:end]!r}, not {span.surface!r}"
        if self._points is not None and 0 <= span.start < span.end <= max(self._points):
            return "begins or ends inside a character of two UTF-16 units"
        return f"is not within the text of {len(self._text):,} characters"


def read_offsets(
    records: Sequence[AnnotatedRecord], path: str, *, utf_16: bool = False, hint: str = ""
) -> tuple[bool, str]:
    """Whether the offsets of a file count UTF-16 units, and the note that says so where it matters, "" elsewhere.

    UTF-16 units and code points differ behind a character beyond U+FFFF. The file as a whole is taken for that which
    fits its spans better: their surfaces, and ends that lie within the text. `utf_16` says what it is if nothing
    tells; `hint` then ends the note.
    """
    with_spans = [record for record in records if record.spans and not _is_narrow(record.text)]
    fits = {
        wide: sum(sum(map(Offsets(record.text, utf_16=wide).fits, record.spans)) for record in with_spans)
        for wide in (False, True)
    }
    tie = fits[True] == fits[False]
    utf_16 = utf_16 if tie else fits[True] > fits[False]
    if not (utf_16 and with_spans):
        return utf_16, ""
    count = f"{len(with_spans):,} record{'s' * (len(with_spans) != 1)}"
    note = f"{path}: offsets count UTF-16 units and were converted to code points (it matters in {count})"
    return True, note + hint * tie


def split_of_records(records: Sequence[AnnotatedRecord], path: str, *, utf_16: bool = False, hint: str = "") -> Split:
    """The sentences of records, whose offsets count as `read_offsets` finds with the same arguments.

    A span that is wrong is a fault. If its surface doesn't stand nearby either, the sentence is left out.
    """
    utf_16, note = read_offsets(records, path, utf_16=utf_16, hint=hint)
    sentences: list[Sentence] = []
    faults: list[Finding] = []
    for record in records:
        offsets = Offsets(record.text, utf_16=utf_16)
        entities = []
        for span in record.spans:
            entity, wrong = offsets.entity(span)
            if wrong:
                faults.append(offset_fault(path, span.line or record.line, wrong, entity))
            if entity:
                entities.append(entity)
        if len(entities) == len(record.spans):
            entities.sort(key=in_reading_order)
            sentences.append(Sentence(record.text, tuple(entities), path, record.line, record.document))
    return Split(path, sentences, faults=faults, notes=[note] if note else [])


def offset_fault(path: str, line: int, wrong: str, entity: Entity | None) -> Finding:
    """The fault of a span that is taken for `entity`, if for any."""
    return Finding(path, line, FindingKind.OFFSETS, wrong, f"taken at {entity.start} to {entity.end}" if entity else "")


def in_reading_order(entity: Entity) -> tuple[int, int]:
    """The key to sort entities by; of those that begin at the same place what contains comes before the contained."""
    return entity.start, -entity.end


def utf_16_offsets(text: str) -> list[int]:
    """For each code point of `text`, and for its end, the number of UTF-16 units before it."""
    return list(accumulate((1 + (character > "\uffff") for character in text), initial=0))


def _code_points(text: str) -> dict[int, int]:
    """The code point at each offset in UTF-16 units; offsets within a character are missing."""
    return {unit: point for point, unit in enumerate(utf_16_offsets(text))}


def _is_narrow(text: str) -> bool:
    """Whether UTF-16 units and code points are the same."""
    return text.isascii() or max(text) <= "\uffff"


def _nearest(text: str, surface: str, start: int) -> int | None:
    """Where `surface` stands in `text`, nearest to `start`; None if nowhere near, or at two places equally near."""
    last = len(text) - len(surface)
    places = [at for at in range(max(0, start - _NEAR), min(last, start + _NEAR) + 1) if text.startswith(surface, at)]
    places.sort(key=lambda at: abs(at - start))
    if not places or (len(places) > 1 and start - places[0] == places[1] - start):
        return None
    return places[0]
