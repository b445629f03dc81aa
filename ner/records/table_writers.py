"""Writing entities as the rows of a table: CSV, Excel or Parquet."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from ner.data.entities import Entity
from ner.records.entity_writers import Writer, words_around
from ner.records.excel_sheet import ExcelBook
from ner.records.field_values import names_beside, to_cell
from ner.records.record import Alternative, Record
from ner.records.row_writers import CsvRows, ParquetRows

_OWN = ("file", "line", "start", "end", "label", "text", "score")


class EntityRows:
    """The columns of a table of entities, and its rows.

    The columns are file, line, start, end, label, text, score, then sentence_start, sentence, source, id, model_score
    and context if they are asked for, and the other fields of the record.

    If a field of the record has the same name as one of ours, it is renamed: "input_" comes before its name.

    Args:
        columns: the names of the other fields.
        context: the number of characters around an entity in the column `context`; 0 for no such column.
        lexicon: the columns that a lexicon fills: attributes of `Entity`.
        sentence: whether the records are sentences, with the columns `sentence_start` and `sentence`.
    """

    def __init__(self, columns: Sequence[str], context: int, lexicon: Sequence[str], sentence: bool) -> None:
        place = ("sentence_start", "sentence") if sentence else ()
        self.own = [*_OWN, *place, *lexicon, *(("context",) if context else ())]
        """The names of our own columns, which come first."""
        self.scores = [at for at, name in enumerate(self.own) if name.endswith("score")]
        """The columns of probabilities."""
        self._columns, self._context, self._lexicon, self._sentence = [*columns], context, lexicon, sentence
        self.names = [*self.own, *names_beside(self.own, columns).values()]

    def rows(self, record: Record, entities: Sequence[Entity]) -> Iterator[list[Any]]:
        """A row for each entity."""
        others = [to_cell(record.fields.get(column, "")) for column in self._columns]
        for entity in entities:
            own = [record.file, record.line, entity.start, entity.end, entity.label, entity.text, entity.score]
            place = [record.sentence_start, record.text] if self._sentence else []
            around = [to_cell(words_around(record.text, entity, self._context))] if self._context else []
            origin = [getattr(entity, name) for name in self._lexicon]
            yield [*map(to_cell, [*own, *place, *origin]), *around, *others]


class CsvWriter(Writer):
    """A header and one row per entity. A record without entities has no row.

    Cells that a spreadsheet would take for a formula get an apostrophe before them, unless `raw`.
    """

    def __init__(
        self,
        file: TextIO,
        columns: Sequence[str] = (),
        context: int = 0,
        *,
        lexicon: Sequence[str] = (),
        sentence: bool = False,
        raw: bool = False,
        header: bool = True,
    ) -> None:
        self._entities = EntityRows(columns, context, lexicon, sentence)
        self._rows = CsvRows(file, self._entities.names if header else None, raw=raw)

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        for row in self._entities.rows(record, entities):
            for at in self._entities.scores:
                row[at] = "" if row[at] is None else f"{row[at]:.4f}"
            self._rows.append(row)


class ExcelWriter(Writer):
    """A workbook with the sheets `entities`, `counts` (how often each entity is found) and `texts`.

    All texts are text cells, never formulas. What Excel has no room for goes into further sheets (rows), or is cut and
    ends in three dots (characters).
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[str] = (),
        context: int = 0,
        *,
        lexicon: Sequence[str] = (),
        sentence: bool = False,
    ) -> None:
        self._path = path
        self._book = ExcelBook(path)
        self._entities = EntityRows(columns, context, lexicon, sentence)
        self._columns = [*columns]
        self._sentence = sentence
        own = ("file", "line", *(("sentence_start",) if sentence else ()), "text", "entities")
        names = {
            "entities": self._entities.names,
            "counts": ["text", "label", "count", "texts"],
            "texts": [*own, *names_beside(own, columns).values()],
        }
        self._sheets = {title: self._book.sheet(title, header) for title, header in names.items()}
        self._counts: dict[tuple[str, str], list[int]] = {}

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        for row in self._entities.rows(record, entities):
            for at in self._entities.scores:
                row[at] = None if row[at] is None else round(row[at], 4)
            self._sheets["entities"].append(row)
        others = [to_cell(record.fields.get(column, "")) for column in self._columns]
        place = [record.sentence_start] if self._sentence else []
        self._sheets["texts"].append([record.file, record.line, *place, record.text, len(entities), *others])
        here = [(entity.text, entity.label) for entity in entities]
        for key in here:
            self._counts.setdefault(key, [0, 0])[0] += 1
        for key in {*here}:
            self._counts[key][1] += 1

    def end(self) -> None:
        """Write the counts, the most frequent first, and save the workbook."""
        for (text, label), counts in sorted(self._counts.items(), key=lambda item: (-item[1][0], item[0])):
            self._sheets["counts"].append([text, label, *counts])
        self._book.save(self._path)

    def give_up(self) -> None:
        """Close the temporary files of the sheets."""
        self._book.give_up()


class ParquetWriter(Writer):
    """One row per entity. The other fields of records are text."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[str] = (),
        context: int = 0,
        *,
        lexicon: Sequence[str] = (),
        sentence: bool = False,
    ) -> None:
        self._entities = EntityRows(columns, context, lexicon, sentence)
        own = len(self._entities.own)
        whole = dict.fromkeys(("line", "start", "end", "sentence_start"), "int64")
        numbers = whole | dict.fromkeys(("score", "model_score"), "float64")
        self._rows = ParquetRows(
            path,
            {
                name: numbers.get(name, "string") if at < own else "string"
                for at, name in enumerate(self._entities.names)
            },
        )

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        for row in self._entities.rows(record, entities):
            self._rows.append(row)

    def end(self) -> None:
        self._rows.close()

    def give_up(self) -> None:
        self._rows.give_up()
