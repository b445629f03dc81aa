"""Writing tagged texts as JSON lines, CoNLL columns, CSV rows or an HTML page."""

import csv
import json
from collections.abc import Callable, Sequence
from math import isfinite, isnan
from typing import Any, Literal, Protocol, TextIO, cast

from ner.data.entities import Entity
from ner.data.schemes import BIO, entities_to_tags
from ner.errors import InputError
from ner.pages.highlight import Hues, pieces, visible
from ner.records.record import Alternative, Record
from ner.spreadsheet_cells import harmless_cell

FormatName = Literal["jsonl", "conll", "csv", "html"]


class Writer(Protocol):
    """Writes tagged records one by one.

    Args:
        file: an open text file.
        columns: the names of the fields of the first record.
        types: the types that entities may have.
    """

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None: ...

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write one record with its entities. Only JSON lines can store the alternatives."""

    def end(self) -> None:
        """Write the end of the file, if the format has one."""
        return


class JsonLinesWriter(Writer):
    """One JSON object per record, also for blank lines and records without entities.

    If a field of the record has the same name as a field of the output, it is renamed: "input_" comes before its name.
    """

    _OWN = ("file", "line", "text", "entities", "alternatives")

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        self._file = file

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write `file`, `line`, `text`, other fields of the record, `entities`, and `alternatives` if there are any.

        `start` and `end` count code points.
        """
        names = _names_beside(self._OWN, list(record.fields))
        others = {names[name]: value for name, value in record.fields.items()}
        content = {"file": record.file, "line": record.line, "text": record.text, **others}
        content["entities"] = [
            {**_fields(e), "score": None if e.score is None else round(e.score, 4), **_origin(e)} for e in entities
        ]
        if alternatives:
            content["alternatives"] = [
                {"probability": round(probability, 6), "entities": [_fields(entity) for entity in found]}
                for found, probability in alternatives
            ]
        self._file.write(_json(content) + "\n")


class ConllWriter(Writer):
    """One character per line with a tab and its BIO tag, and a blank line after each record.

    A character that is a tab or a line end is written as a space, so that each line has one character. Other fields of
    the record are not written.
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
    """A header, and one row per entity: file, line, start, end, label, text, score, and other fields of its record.

    If a field of the record has the same name as one of these, it is renamed: "input_" comes before its name. Cells
    that a spreadsheet would take for a formula get an apostrophe before them, unless `raw`. With `sources` there are
    the columns source and id too.
    """

    _OWN = ("file", "line", "start", "end", "label", "text", "score")

    def __init__(
        self,
        file: TextIO,
        columns: Sequence[str] = (),
        types: Sequence[str] = (),
        *,
        raw: bool = False,
        sources: bool = False,
    ) -> None:
        self._rows = csv.writer(file)
        self._columns = list(columns)
        self._raw = raw
        self._sources = sources
        own = [*self._OWN, *(("source", "id") if sources else ())]
        self._write_row([*own, *_names_beside(own, columns).values()])

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write one row per entity. A record without entities has no row.

        Raises:
            InputError: the record has a field that the first record doesn't have.
        """
        if more := [name for name in record.fields if name not in self._columns]:
            raise InputError(
                f"{record.file}:{record.line}: the field {more[0]!r} is not in the first record, so CSV has no column "
                "for it; set `format_name` to jsonl"
            )
        others = [_cell(record.fields.get(column, "")) for column in self._columns]
        for entity in entities:
            score = "" if entity.score is None else f"{entity.score:.4f}"
            text = entity.text.replace("\0", "␀")  # Python 3.10 has no NUL in CSV
            own = [record.file, record.line, entity.start, entity.end, entity.label, text, score]
            origin = [entity.source or "", entity.id] if self._sources else []
            self._write_row([*own, *origin, *others])

    def _write_row(self, cells: Sequence[object]) -> None:
        # "-", which stands for standard input, is no formula.
        self._rows.writerow(cells if self._raw else [cell if cell == "-" else harmless_cell(cell) for cell in cells])


class HtmlWriter(Writer):
    """A page with one paragraph per record, with coloured entities. Their scores are shown when the pointer is on them.

    Entities that come from a lexicon are framed. Each file has a heading. Other fields of the record are not written.
    """

    def __init__(self, file: TextIO, columns: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        from ner.pages.templates import page_template  # imports jinja2, which other formats don't need

        self._file = file
        self._parts = cast("Any", page_template("records/tagged.html.j2", {"visible": visible}).module)
        self._hues = Hues(map(visible, types))
        self._of_file: str | None = None
        file.write(self._parts.head())

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write a paragraph. The first paragraph of a file gets a heading."""
        if record.file != self._of_file:
            self._file.write(self._parts.heading(record.file))
            self._of_file = record.file
        listed = [entity for entity in entities if entity.source not in (None, "model")]
        found = pieces(record.text, entities, emphasised=listed)
        self._file.write(self._parts.paragraph(record.line, found, self._hues))

    def end(self) -> None:
        """Close the page."""
        self._file.write(self._parts.foot())


def _names_beside(own: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """The new name of each field, so that no name is in `own` and all names are different."""
    new: dict[str, str] = {}
    for name in names:
        new[name] = name
        while new[name] in own or (new[name] != name and new[name] in names) or [*new.values()].count(new[name]) > 1:
            new[name] = f"input_{new[name]}"
    return new


def _origin(entity: Entity) -> dict[str, str]:
    """With a lexicon, where an entity comes from."""
    if entity.source is None:
        return {}
    return {"source": entity.source, **({"id": entity.id} if entity.id else {})}


def _fields(entity: Entity) -> dict[str, Any]:
    return {"start": entity.start, "end": entity.end, "label": entity.label, "text": entity.text}


def _json(value: object) -> str:
    """JSON of a value of a table. What JSON doesn't have, such as a date in a Parquet file, is written as text."""
    try:
        return json.dumps(value, ensure_ascii=False, default=_as_text, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=_as_text)


def _as_text(value: object) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def _finite(value: Any) -> Any:
    """A value with null for NaN, which tables have for numbers that are missing, and text for endless numbers."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else str(value)
    return value


def _cell(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "␀")
    return _json(value) if isinstance(value, (dict, list)) else value


WRITERS: dict[FormatName, Callable[[TextIO, Sequence[str], Sequence[str]], Writer]] = {
    "jsonl": JsonLinesWriter,
    "conll": ConllWriter,
    "csv": CsvWriter,
    "html": HtmlWriter,
}
