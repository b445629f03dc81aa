"""From offsets in a file to entities: in code points or UTF-16 units, checked against the text they are to hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.split import Split

_NEAR = 10
"""Code points by which offsets may be off and still be understood."""


@dataclass(frozen=True)
class Span:
    """Offsets as a file has them, half-open; `surface` is the entity's text where the file tells it.

    `line` is where the span stands in its file, 0 if that is the line of its record.
    """

    start: int
    end: int
    label: str
    surface: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Record:
    """A text and its spans as a file has them, the line where it begins, its document."""

    text: str
    spans: list[Span] = field(default_factory=list)
    line: int = 0
    document: str = ""


def split_of_records(records: Sequence[Record], path: str, *, utf_16: bool = False) -> Split:
    """The sentences of records whose offsets count code points or UTF-16 units, whichever fits.

    The two differ behind a character beyond U+FFFF. The file as a whole is taken for UTF-16 if its spans fit that
    reading better: their surfaces, and ends that lie within the text. `utf_16` says what it is if nothing tells.

    A span beyond its text or with another text than its surface is a fault. If the surface stands nearby, it is
    taken there; else the sentence is left out.
    """
    wide = {id(record): _code_points(record.text) for record in records if not _is_narrow(record.text)}
    with_spans = [record for record in records if record.spans and id(record) in wide]
    narrow_fits = sum(_fits(record.text, span, None) for record in with_spans for span in record.spans)
    wide_fits = sum(_fits(record.text, span, wide[id(record)]) for record in with_spans for span in record.spans)
    utf_16 = wide_fits > narrow_fits or (utf_16 and wide_fits == narrow_fits)
    sentences: list[Sentence] = []
    faults: list[Finding] = []
    for record in records:
        points = wide.get(id(record)) if utf_16 else None
        entities = []
        readable = True
        for span in record.spans:
            entity, fault = _entity(record.text, span, points)
            if fault:
                mended = f"taken at {entity.start} to {entity.end}" if entity else ""
                faults.append(Finding(path, span.line or record.line, "offsets", fault, mended))
            if entity:
                entities.append(entity)
            readable &= entity is not None
        if readable:
            # Of entities that begin at the same place the longer comes first, as what contains before the contained.
            entities.sort(key=lambda entity: (entity.start, -entity.end))
            sentences.append(Sentence(record.text, tuple(entities), path, record.line, record.document))
    notes = []
    if utf_16 and with_spans:
        count = f"{len(with_spans):,} record{'s' * (len(with_spans) != 1)}"
        notes.append(f"{path}: offsets count UTF-16 units and were converted to code points (it matters in {count})")
    return Split(path, sentences, faults=faults, notes=notes)


def utf_16_offsets(text: str) -> list[int]:
    """For each code point of `text`, and for its end, the number of UTF-16 units before it."""
    return list(accumulate((1 + (character > "\uffff") for character in text), initial=0))


def _code_points(text: str) -> dict[int, int]:
    """The code point at each offset in UTF-16 units; offsets within a character are missing."""
    return {unit: point for point, unit in enumerate(utf_16_offsets(text))}


def _is_narrow(text: str) -> bool:
    """Whether UTF-16 units and code points are the same."""
    return text.isascii() or max(text) <= "\uffff"


def _in_code_points(span: Span, points: dict[int, int] | None) -> tuple[int, int]:
    """The start and end of a span in code points, -1 for what is none; `points` as `_code_points` gives them."""
    if points is None:
        return span.start, span.end
    return points.get(span.start, -1), points.get(span.end, -1)


def _fits(text: str, span: Span, points: dict[int, int] | None) -> bool:
    start, end = _in_code_points(span, points)
    return 0 <= start < end <= len(text) and span.surface in (None, text[start:end])


def _entity(text: str, span: Span, points: dict[int, int] | None) -> tuple[Entity | None, str]:
    """The entity of a span, or None if it has none; and what is wrong with the span, if anything."""
    start, end = _in_code_points(span, points)
    within = 0 <= start < end <= len(text)
    found = text[start:end] if within else ""
    if within and span.surface in (None, found):
        return Entity(start, end, span.label, found), ""
    place = f"{span.label} at {span.start} to {span.end}"
    if not span.surface:
        return None, f"{place} is not within the text of {len(text):,} characters"
    near = _nearest(text, span.surface, start if start >= 0 else span.start)
    wrong = f"{place} holds {found!r}, not {span.surface!r}" if within else f"{place} is not within the text"
    if near is None:
        return None, f"{wrong}, and its text {span.surface!r} is not nearby"
    moved = Entity(near, near + len(span.surface), span.label, span.surface)
    off = f"offsets are off by {near - start:+d}" if near != start else f"the end is off by {moved.end - end:+d}"
    return moved, f"{wrong}; its text stands at {near} to {moved.end} ({off})"


def _nearest(text: str, surface: str, start: int) -> int | None:
    """Where `surface` stands in `text`, nearest to `start`; None if nowhere near, or at two places equally near."""
    last = len(text) - len(surface)
    places = [at for at in range(max(0, start - _NEAR), min(last, start + _NEAR) + 1) if text.startswith(surface, at)]
    places.sort(key=lambda at: abs(at - start))
    if not places or (len(places) > 1 and start - places[0] == places[1] - start):
        return None
    return places[0]
