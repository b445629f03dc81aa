"""Tagged lines as JSON lines, CoNLL columns or CSV rows."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TextIO

from ner.data.entities import Entity
from ner.data.schemes import BIO, entities_to_tags

FormatName = Literal["jsonl", "conll", "csv"]


@dataclass(frozen=True, slots=True)
class Record:
    """One line of text: the file it is from, its number there (from 1), its text without the line end."""

    file: str
    line: int
    text: str


class Writer(Protocol):
    """Writes records one by one in the order in which they come."""

    def write(self, record: Record, entities: Sequence[Entity]) -> None:
        """Write one record and its entities."""


class JsonLinesWriter:
    """One JSON object a record, records without entities and blank lines included."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, record: Record, entities: Sequence[Entity]) -> None:
        """Write `file`, `line`, `text` and `entities`; `start` and `end` count code points of the text."""
        found = [
            {
                "start": entity.start,
                "end": entity.end,
                "label": entity.label,
                "text": entity.text,
                "score": None if entity.score is None else round(entity.score, 4),
            }
            for entity in entities
        ]
        content = {"file": record.file, "line": record.line, "text": record.text, "entities": found}
        self._file.write(json.dumps(content, ensure_ascii=False) + "\n")


class ConllWriter:
    """A character and its BIO tag a line, separated by a tab, and a blank line behind each record.

    A tab among the characters is written as a space, so that the columns stay two.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, record: Record, entities: Sequence[Entity]) -> None:
        """Write every code point of the text, spaces included."""
        tags = entities_to_tags(entities, len(record.text), BIO)
        for character, tag in zip(record.text, tags, strict=True):
            shown = " " if character in "\t\r" else character
            self._file.write(f"{shown}\t{tag}\n")
        self._file.write("\n")


class CsvWriter:
    """A header, then a row an entity: file, line, start, end, label, text, score."""

    def __init__(self, file: TextIO) -> None:
        self._rows = csv.writer(file)
        self._rows.writerow(["file", "line", "start", "end", "label", "text", "score"])

    def write(self, record: Record, entities: Sequence[Entity]) -> None:
        """Write a row for each entity; a record without entities has none."""
        for entity in entities:
            score = "" if entity.score is None else f"{entity.score:.4f}"
            self._rows.writerow([record.file, record.line, entity.start, entity.end, entity.label, entity.text, score])


WRITERS: dict[FormatName, type[JsonLinesWriter] | type[ConllWriter] | type[CsvWriter]] = {
    "jsonl": JsonLinesWriter,
    "conll": ConllWriter,
    "csv": CsvWriter,
}
