"""JSON lines with a text and its spans: the format of this project, and those of doccano, spaCy, Prodigy and others.

These forms are read. The end is exclusive, but CMeEE has the last character:

    {"text": "...", "entities": [{"start": 0, "end": 3, "label": "PER", "text": "..."}], "document": "..."}
    {"text": "...", "label": [[0, 3, "PER"]]}         doccano since the end of 2021
    {"text": "...", "labels": [[0, 3, "PER"]]}        doccano before
    {"text": "...", "annotations": [{"label": 1, "start_offset": 0, "end_offset": 3}]}      without names of types
    {"text": "...", "entities": [{"label": "PER", "start_offset": 0, "end_offset": 3}]}     doccano with relations
    {"text": "...", "entities": [[0, 3, "PER"]]}      spaCy; also with the key "spans"
    {"text": "...", "entities": [{"start_idx": 0, "end_idx": 2, "type": "dis", "entity": "..."}]}           CMeEE

The first form may have "unknown": [[3, 8], ...], the parts of the text that nobody has annotated.

Some versions of doccano write "data" for "text" (https://github.com/doccano/doccano/issues/1522).
doccano counts UTF-16 units, because browsers do (https://github.com/doccano/doccano/issues/2290). The others count code
points. Ends beyond the text and surface forms show which of the two a file counts. If they don't show it, the format
that the user chose decides, or else the keys of the records.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.json_records import (
    Fields,
    Malformed,
    add_findings,
    document_field,
    fields_beside,
    first_key,
    read_document_name,
    read_objects,
    require_string,
    shorten_json,
    unread_keys,
)
from ner.data.formats.left_out_counts import Tally
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records, utf_16_offsets
from ner.data.read_options import ReadOptions
from ner.files import atomic_writer

_TEXT_KEYS = ("text", "data")
_SPAN_KEYS = ("entities", "label", "labels", "annotations", "spans")
_LAST = "end_idx"
"""The key of the last character of an entity. The text of such an entity has the key "entity"."""
_START_KEYS = ("start", "start_offset", "start_idx")
_END_KEYS = ("end", "end_offset", _LAST)
_LABEL_KEYS = ("label", "type", "entity")
_PLACE = ("file", "line")
"""The file and line of a text that `bert-ner tag` tagged. They mean nothing in a new file."""
_UNKNOWN = "unknown"
_HINT = "; the file doesn't show it: set `format` to jsonl if they are code points"
_EXPECTED = 'expected an entity as {"start": 0, "end": 3, "label": "PER"} or [0, 3, "PER"]'


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. Fields other than text, spans and document are losses.

    If the file doesn't show what offsets count, they count code points if `options.format` is this format; else the
    keys decide.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    return _read(path, options, utf_16=False if options.format == "jsonl" else None)


def read_doccano(path: Path, options: ReadOptions) -> Split:
    """Read a file of doccano. If the file doesn't show what offsets count, they count UTF-16 units."""
    return _read(path, options, utf_16=True)


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write this project's own format. It stores everything, and offsets count code points."""
    _write(sentences, path, "entities", _objects, keep_unknown=True)
    return []


def write_doccano(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write the JSONL that doccano imports. It stores everything, and offsets count UTF-16 units."""
    _write(sentences, path, "label", _triples)
    return []


def write_doccano_old(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write the JSONL that doccano imported before the end of 2021. Offsets count UTF-16 units."""
    _write(sentences, path, "labels", _triples)
    return []


def _read(path: Path, options: ReadOptions, *, utf_16: bool | None) -> Split:
    """Read one file. `utf_16` says what offsets count if the file doesn't show it; with None the keys decide."""
    left_out = Tally()
    of_doccano = False

    def parse(fields: Fields, line: int) -> AnnotatedRecord:
        nonlocal of_doccano
        text_key = first_key(fields, _TEXT_KEYS) or "text"
        text = require_string(fields, text_key)
        span_key = first_key(fields, _SPAN_KEYS) or ""
        items = fields.get(span_key, [])
        if not isinstance(items, list) and "start" in fields:
            raise Malformed("has one entity; expected a text with the list of its entities, or such rows as CSV")
        if not isinstance(items, list):
            raise Malformed(f"expected a list of entities in the field {span_key!r}, found {shorten_json(items)}")
        spans, extra = _spans(items)
        of_doccano |= any(
            "start_offset" in item if isinstance(item, dict) else span_key in ("label", "labels") for item in items
        )
        unknown = _unknown(fields)
        read = (text_key, span_key, *_PLACE, *[_UNKNOWN] * (unknown is not None))
        left_out.add(line, FindingKind.FIELD_LEFT_OUT, fields_beside(fields, read))
        left_out.add(line, FindingKind.FIELD_LEFT_OUT, (f"field '{span_key}.{key}'" for key in extra))
        return AnnotatedRecord(text, spans, line, read_document_name(fields), unknown or ())

    records, faults = read_objects(path, options, parse)
    if utf_16 is None:
        split = split_of_records(records, str(path), utf_16=of_doccano, hint=_HINT)
    else:
        split = split_of_records(records, str(path), utf_16=utf_16)
    return add_findings(split, faults, left_out)


def _spans(items: list[object]) -> tuple[list[Span], list[str]]:
    """The spans of a record, and the keys of its entities that are not read."""
    spans: list[Span] = []
    extra: list[str] = []
    faults: list[str] = []
    for item in items:
        surface = score = None
        if isinstance(item, dict):
            text_key = "entity" if _LAST in item else "text"
            label_keys = [key for key in _LABEL_KEYS if key != text_key]
            keys = [first_key(item, names) or "" for names in (_START_KEYS, _END_KEYS, label_keys)]
            values: list[Any] = [item.get(key) for key in keys]
            surface = item.get(text_key)
            score = _probability(item.get("score"))
            extra += unread_keys(item, (*keys, text_key, *["score"] * (score is not None)))
        else:
            values = item if isinstance(item, list) else []
        if [type(value) for value in values] not in ([int, int, str], [int, int, int]) or values[2] == "":
            faults.append(f"{_EXPECTED}, found {shorten_json(item)}")
        elif not isinstance(surface, str | None):
            faults.append(f'expected the "text" of an entity as a string, found {shorten_json(surface)}')
        else:
            start, end, label = values
            end += isinstance(item, dict) and _LAST in item
            spans.append(Span(start, end, str(label), surface, score=score))
    if faults:
        raise Malformed(*faults)
    return spans, extra


def _unknown(fields: Fields) -> list[tuple[int, int]] | None:
    """The parts of a record that nobody has annotated; None if its field of this name is something else, or missing."""
    parts = fields.get(_UNKNOWN)
    if not isinstance(parts, list):
        return None
    for part in parts:
        if not isinstance(part, list) or [type(place) for place in part] != [int, int]:
            raise Malformed(
                f"expected unknown parts as [[3, 8]], with their starts and ends, found {shorten_json(part)}"
            )
    return [(start, end) for start, end in parts]


def _probability(value: object) -> float | None:
    """The score of an entity, or None if it is no probability."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _objects(sentence: Sentence) -> list[object]:
    return [
        {"start": e.start, "end": e.end, "label": e.label, "text": e.text}
        | ({} if e.score is None else {"score": e.score})
        for e in sentence.entities
    ]


def _triples(sentence: Sentence) -> list[object]:
    units = utf_16_offsets(sentence.text)
    return [[units[entity.start], units[entity.end], entity.label] for entity in sentence.entities]


def _write(
    sentences: Sequence[Sentence],
    path: Path,
    span_key: str,
    spans_of: Callable[[Sentence], list[object]],
    *,
    keep_unknown: bool = False,
) -> None:
    with atomic_writer(path) as file:
        for sentence in sentences:
            fields = {"text": sentence.text, span_key: spans_of(sentence), **document_field(sentence)}
            if keep_unknown and sentence.unknown:
                fields[_UNKNOWN] = sentence.unknown
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")
