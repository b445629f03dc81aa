"""Converting the offsets of a file, in code points or UTF-16 units, to entities, and checking them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.rows import quote
from ner.data.unknown_spans import Spans, spans_outside
from ner.quantities import counted

_NEAR = 10
"""The maximum distance, in code points, at which a surface form is still found."""


@dataclass(frozen=True)
class Span:
    """An entity as the file has it.

    Args:
        start: the first offset.
        end: the offset after the last character.
        label: the type.
        surface: the surface form, if the file has it.
        line: the line of the span in the file, 0 if it is the line of its record.
        score: see `Entity`.
    """

    start: int
    end: int
    label: str
    surface: str | None = None
    line: int = 0
    score: float | None = None


@dataclass(frozen=True)
class AnnotatedRecord:
    """A text and its spans as the file has them.

    Args:
        text: the text.
        spans: its entities.
        line: the line where the text starts.
        document: the name of its document.
        unknown: the parts that nobody has annotated, in the offsets of the file. An entity in them is annotated.
    """

    text: str
    spans: list[Span] = field(default_factory=list)
    line: int = 0
    document: str = ""
    unknown: Sequence[tuple[int, int]] = ()


class Offsets:
    """Converts the offsets of one text, which count UTF-16 units or code points, to entities."""

    def __init__(self, text: str, *, utf_16: bool) -> None:
        self._text = text
        self._points = _code_points(text) if utf_16 and not _is_narrow(text) else None

    def position(self, offset: int) -> int:
        """An offset converted to code points; -1 if the text has no such place."""
        if self._points is not None:
            return self._points.get(offset, -1)
        return offset if 0 <= offset <= len(self._text) else -1

    def fits(self, span: Span) -> bool:
        """Whether a span is inside the text and equals its surface form."""
        start, end = self.position(span.start), self.position(span.end)
        return 0 <= start < end and span.surface in (None, self._text[start:end])

    def entity(self, span: Span) -> tuple[Entity | None, str]:
        """Make the entity of a span. If the span is wrong, look for its surface form nearby.

        Returns:
            The entity, or None if there is none; and what is wrong with the span, "" if nothing.
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
            return None, f"{wrong}, and the surface form {quote(surface)} is not nearby"
        moved = Entity(near, near + len(surface), span.label, surface, span.score)
        off = f"offsets are off by {near - start:+d}" if near != start else f"the end is off by {moved.end - end:+d}"
        return moved, f"{wrong}; the surface form is at {near} to {moved.end} ({off})"

    def _what_is_wrong(self, span: Span) -> str:
        start, end = self.position(span.start), self.position(span.end)
        if span.end < span.start:
            return "ends before it begins"
        if span.end == span.start:
            return "is empty"
        if start >= 0 and end >= 0:
            return f"holds {quote(self._text[start:end])}, not {quote(span.surface or '')}"
        if self._points is not None and 0 <= span.start < span.end <= next(reversed(self._points)):
            return "begins or ends inside a character of two UTF-16 units"
        return f"is not within the text of {counted(len(self._text), 'character')}"


def read_offsets(
    records: Sequence[AnnotatedRecord], path: str, *, utf_16: bool = False, hint: str = ""
) -> tuple[bool, str]:
    """Find out whether the offsets of a file count UTF-16 units or code points.

    The two differ after a character beyond U+FFFF. The unit that fits more spans of the file is used: a span fits if
    it ends inside the text and equals its surface form.

    Args:
        records: all records of the file.
        path: the file, for the note.
        utf_16: whether offsets count UTF-16 units if both units fit equally well.
        hint: the end of the note in this case.

    Returns:
        Whether offsets count UTF-16 units, and a note if they do and it matters, else "".
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
    count = counted(len(with_spans), "record")
    note = f"{path}: offsets count UTF-16 units and were converted to code points (it matters in {count})"
    return True, note + hint * tie


def split_of_records(records: Sequence[AnnotatedRecord], path: str, *, utf_16: bool = False, hint: str = "") -> Split:
    """Make a split of records. Wrong spans are faults.

    If the surface form of a wrong span is not nearby either, its sentence is left out.

    Args:
        records: all records of the file.
        path: the file.
        utf_16: see `read_offsets`.
        hint: see `read_offsets`.
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
            unknown, wrong = _unknown(record, offsets, entities)
            if wrong:
                faults.append(offset_fault(path, record.line, wrong, None))
            sentences.append(Sentence(record.text, tuple(entities), path, record.line, record.document, unknown))
    return Split(path, sentences, faults=faults, notes=[note] if note else [])


def _unknown(record: AnnotatedRecord, offsets: Offsets, entities: Sequence[Entity]) -> tuple[Spans, str]:
    """The parts of a text that nobody has annotated, and what is wrong with them, "" if nothing."""
    if not record.unknown:
        return (), ""
    known = [(entity.start, entity.end) for entity in entities]
    parts = []
    for first, last in record.unknown:
        start, end = offsets.position(first), offsets.position(last)
        if not 0 <= start < end:
            return (), f"the unknown part {first} to {last} is not within the text of {len(record.text):,} characters"
        parts.append((start, end))
    free = spans_outside(parts, 0, len(record.text))
    return spans_outside([*free, *known], 0, len(record.text)), ""


def offset_fault(path: str, line: int, wrong: str, entity: Entity | None) -> Finding:
    """The fault of a wrong span, which is read as `entity` unless that is None."""
    return Finding(path, line, FindingKind.OFFSETS, wrong, f"taken at {entity.start} to {entity.end}" if entity else "")


def in_reading_order(entity: Entity) -> tuple[int, int]:
    """The sort key of entities: by start, and outer entities before inner ones."""
    return entity.start, -entity.end


@lru_cache(maxsize=1)  # many spans of one long text ask for it
def utf_16_units(text: str) -> bytes:
    """The UTF-16 units of a text, two bytes each."""
    return text.encode("utf-16-le")


def utf_16_offsets(text: str) -> list[int]:
    """The number of UTF-16 units before each code point of `text`, and before its end."""
    return list(accumulate((1 + (character > "\uffff") for character in text), initial=0))


def _code_points(text: str) -> dict[int, int]:
    """The offset in code points for each offset in UTF-16 units, without those inside a character."""
    return {unit: point for point, unit in enumerate(utf_16_offsets(text))}


def _is_narrow(text: str) -> bool:
    """Whether offsets in UTF-16 units and in code points are equal."""
    return text.isascii() or max(text) <= "\uffff"


def _nearest(text: str, surface: str, start: int) -> int | None:
    """The place of `surface` nearest to `start`; None if it is not nearby, or if two places are equally near."""
    last = len(text) - len(surface)
    places = [at for at in range(max(0, start - _NEAR), min(last, start + _NEAR) + 1) if text.startswith(surface, at)]
    places.sort(key=lambda at: abs(at - start))
    if not places or (len(places) > 1 and start - places[0] == places[1] - start):
        return None
    return places[0]
