"""Writing tagged texts as JSON lines or CoNLL columns."""

from collections.abc import Sequence
from typing import Any, Protocol, TextIO

from ner.data.entities import Entity
from ner.data.schemes import BIO, entities_to_tags
from ner.records.field_values import names_beside, to_json
from ner.records.record import Alternative, Record


class Writer(Protocol):
    """Writes tagged records one by one."""

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write one record with its entities. Only JSON lines can store the alternatives."""

    def end(self) -> None:
        """Write the end of the file, if the format has one."""
        return

    def give_up(self) -> None:
        """Close what is open of a file that will not be whole."""
        return


class JsonLinesWriter(Writer):
    """One JSON object per record, also for blank lines and records without entities.

    If a field of the record has the same name as a field of the output, it is renamed: "input_" comes before its name.
    """

    OWN = ("file", "line", "sentence_start", "text", "entities", "alternatives")

    def __init__(self, file: TextIO, context: int = 0, lexicon: Sequence[str] = ()) -> None:
        self._file, self._context, self._lexicon = file, context, lexicon

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write `file`, `line`, `text`, other fields of the record, `entities`, and `alternatives` if there are any.

        A sentence also has `sentence_start`. It, `start` and `end` count code points.
        """
        names = names_beside(self.OWN, list(record.fields))
        others = {names[name]: value for name, value in record.fields.items()}
        place = {} if record.sentence_start is None else {"sentence_start": record.sentence_start}
        content = {"file": record.file, "line": record.line, **place, "text": record.text, **others}
        content["entities"] = [
            {
                **_fields(entity),
                "score": _rounded(entity.score),
                **self._origin(entity),
                **({"context": words_around(record.text, entity, self._context)} if self._context else {}),
            }
            for entity in entities
        ]
        if alternatives:
            content["alternatives"] = [
                {"probability": round(probability, 6), "entities": [_fields(entity) for entity in found]}
                for found, probability in alternatives
            ]
        self._file.write(to_json(content) + "\n")

    def _origin(self, entity: Entity) -> dict[str, Any]:
        """What a lexicon says of an entity. An empty id is left out."""
        said = {name: getattr(entity, name) for name in self._lexicon}
        return {name: _rounded(value) for name, value in said.items() if value != ""}


class ConllWriter(Writer):
    """One character per line with a tab and its BIO tag, and a blank line after each record.

    A character that is a tab or a line end is written as a space, so that each line has one character. Other fields of
    the record are not written.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write every code point of the text, spaces included."""
        tags = entities_to_tags(entities, len(record.text), BIO)
        for character, tag in zip(record.text, tags, strict=True):
            shown = " " if character in "\t\r\n" else character
            self._file.write(f"{shown}\t{tag}\n")
        self._file.write("\n")


def words_around(text: str, entity: Entity, width: int) -> str:
    """An entity with `width` characters on both sides; three dots stand for text that is left out.

    >>> words_around("昨天林晓东去了上海。", Entity(2, 5, "PER", "林晓东"), 3)
    '昨天【林晓东】去了上...'
    """
    start, end = max(0, entity.start - width), min(len(text), entity.end + width)
    before = "..." * (start > 0) + text[start : entity.start]
    return f"{before}【{text[entity.start : entity.end]}】{text[entity.end : end]}{'...' * (end < len(text))}"


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _fields(entity: Entity) -> dict[str, Any]:
    return {"start": entity.start, "end": entity.end, "label": entity.label, "text": entity.text}
