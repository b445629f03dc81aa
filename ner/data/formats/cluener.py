"""CLUENER2020's JSON lines: the surface forms of the entities by type, each with its places.

    {"text": "彭小军去北京", "label": {"name": {"彭小军": [[0, 2]]}, "address": {"北京": [[4, 5]]}}}

A place is the first and the last character of the entity. The test file of the data set has no `label`. See Xu et
al. 2020, CLUENER2020 (https://arxiv.org/abs/2001.04351).
"""

import json
from collections.abc import Sequence
from pathlib import Path

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
    read_document_name,
    read_objects,
    require_string,
    shorten_json,
)
from ner.data.formats.left_out_counts import Tally
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records
from ner.data.read_options import ReadOptions
from ner.files import atomic_writer


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. Fields other than text, label and document are losses.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    left_out = Tally()

    def parse(fields: Fields, line: int) -> AnnotatedRecord:
        text = require_string(fields, "text")
        label = fields.get("label")
        spans = _spans({} if label is None else label)
        left_out.add(line, FindingKind.FIELD_LEFT_OUT, fields_beside(fields, ("text", "label")))
        return AnnotatedRecord(text, spans, line, read_document_name(fields))

    records, faults = read_objects(path, options, parse)
    return add_findings(split_of_records(records, str(path)), faults, left_out)


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write one record per line. The format stores everything, and offsets count code points."""
    with atomic_writer(path) as file:
        for sentence in sentences:
            label: dict[str, dict[str, list[list[int]]]] = {}
            for entity in sentence.entities:
                places = label.setdefault(entity.label, {}).setdefault(entity.text, [])
                places.append([entity.start, entity.end - 1])
            fields = {"text": sentence.text, "label": label, **document_field(sentence)}
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")
    return []


def _spans(label: object) -> list[Span]:
    spans = []
    faults = []
    for type_, surfaces in _items(label, "label"):
        for surface, places in _items(surfaces, type_):
            for place in places if isinstance(places, list) else [places]:
                if isinstance(place, list) and [type(offset) for offset in place] == [int, int]:
                    spans.append(Span(place[0], place[1] + 1, type_, surface))
                else:
                    expected = f"expected the places of {surface!r} as [[first, last], ...]"
                    faults.append(f"{expected}, found {shorten_json(places)}")
    if faults:
        raise Malformed(*dict.fromkeys(faults))
    return spans


def _items(value: object, name: str) -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        expected = 'expected types with surface forms and their places, as in {"name": {"彭小军": [[0, 2]]}}'
        raise Malformed(f"{expected}, found {shorten_json(value)} in {name!r}")
    return list(value.items())
