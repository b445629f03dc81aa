"""Tagged lines as JSON lines, CoNLL columns, CSV rows or a page."""

import csv
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TextIO, cast

from ner.data.entities import Entity
from ner.data.schemes import BIO, entities_to_tags
from ner.errors import InputError
from ner.pages.highlight import Hues, pieces, visible
from ner.records.record import Alternative, Record

FormatName = Literal["jsonl", "conll", "csv", "html"]


class Writer(Protocol):
    """Writes records one by one in the order in which they come.

    Args:
        file: where to write.
        columns: the names of the first record's fields.
        types: those that entities may have.
    """

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None: ...

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write one record, its entities, and its readings in formats that can hold them."""

    def end(self) -> None:
        """Write what stands behind the last record, if anything does."""


class JsonLinesWriter(Writer):
    """One JSON object a record, records without entities and blank lines included.

    A field of the record that has the name of one of ours gets "input_" in front of it.
    """

    _OWN = ("file", "line", "text", "entities", "alternatives")

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        self._file = file

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write `file`, `line`, `text`, other fields, `entities`, and `alternatives` where there are some.

        `start` and `end` count code points.
        """
        names = _names_beside(self._OWN, list(record.fields))
        others = {names[name]: value for name, value in record.fields.items()}
        content = {"file": record.file, "line": record.line, "text": record.text, **others}
        content["entities"] = [
            {**_fields(e), "score": None if e.score is None else round(e.score, 4)} for e in entities
        ]
        if alternatives:
            content["alternatives"] = [
                {"probability": round(probability, 6), "entities": [_fields(entity) for entity in found]}
                for found, probability in alternatives
            ]
        # What JSON has no value for, such as a date in a Parquet file, is written as text.
        self._file.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")


class ConllWriter(Writer):
    """A character and its BIO tag a line, separated by a tab, and a blank line behind each record.

    A tab or line end among the characters is written as a space, so that each line stays a character. Other fields
    of the record are not written.
    """

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        self._file = file

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write every code point of the text, spaces included."""
        tags = entities_to_tags(entities, len(record.text), BIO)
        for character, tag in zip(record.text, tags, strict=True):
            shown = " " if character in "\t\r\n" else character
            self._file.write(f"{shown}\t{tag}\n")
        self._file.write("\n")


class CsvWriter(Writer):
    """A header, then a row an entity: file, line, start, end, label, text, score, and other fields of its record.

    A field that has the name of one of ours gets "input_" in front of it.
    """

    _OWN = ("file", "line", "start", "end", "label", "text", "score")

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        self._rows = csv.writer(file)
        self._columns = list(columns)
        self._rows.writerow([*self._OWN, *_names_beside(self._OWN, columns).values()])

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write a row for each entity; a record without entities has none.

        Raises:
            InputError: the record has a field that the first one didn't have.
        """
        if more := [name for name in record.fields if name not in self._columns]:
            raise InputError(
                f"{record.file}:{record.line}: the field {more[0]!r} is not in the first record, so CSV has no column "
                "for it; use the format jsonl"
            )
        others = [_cell(record.fields.get(column, "")) for column in self._columns]
        for entity in entities:
            score = "" if entity.score is None else f"{entity.score:.4f}"
            own = [record.file, record.line, entity.start, entity.end, entity.label, entity.text, score]
            self._rows.writerow([*own, *others])


class HtmlWriter(Writer):
    """A page with a paragraph a record, its entities in the colours of reports; scores show where the pointer rests.

    A heading stands where the file of the records changes. Other fields of a record are not written.
    """

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        from ner.pages.templates import page_template  # brings jinja2, which no other format needs

        self._file = file
        self._parts = cast("Any", page_template("records/tagged.html.j2", {"visible": visible}).module)
        self._hues = Hues(map(visible, types))
        self._of_file: str | None = None
        file.write(self._parts.head())

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write a paragraph, after a heading if it is the first of its file."""
        if record.file != self._of_file:
            self._file.write(self._parts.heading(record.file))
            self._of_file = record.file
        self._file.write(self._parts.paragraph(record.line, pieces(record.text, entities), self._hues))

    def end(self) -> None:
        """Close the page."""
        self._file.write(self._parts.foot())


def _names_beside(own: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """What each of a record's field names becomes, so that none is one of our own and no two are alike."""
    new: dict[str, str] = {}
    for name in names:
        new[name] = name
        while new[name] in own or (new[name] != name and new[name] in names) or [*new.values()].count(new[name]) > 1:
            new[name] = f"input_{new[name]}"
    return new


def _fields(entity: Entity) -> dict[str, Any]:
    return {"start": entity.start, "end": entity.end, "label": entity.label, "text": entity.text}


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else value


WRITERS: dict[FormatName, Callable[[TextIO, Sequence[str], Sequence[str]], Writer]] = {
    "jsonl": JsonLinesWriter,
    "conll": ConllWriter,
    "csv": CsvWriter,
    "html": HtmlWriter,
}
