"""Reading tagged files into a database: a row for each text, and one for each mention of an entity."""

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

import pandas as pd

from ner.errors import InputError
from ner.records.field_values import as_text
from ner.records.source_files import EXCEL, PARQUET, open_file
from ner.spreadsheet_cells import HARMLESS
from ner.summarizing.summary import Repeated
from ner.summarizing.tagged_files import CSV, JSON_LINES, TaggedFile, in_glob, sheet_rows

_BATCH = 200_000_000  # bytes that are read at once, of which only a small part is in memory
LARGEST_RECORD = 64 << 20
"""Bytes of a line of JSON. Each thread holds twice as much."""
_ROWS = 50_000
# Where DuckDB says that something is wrong. It counts a line that is cut in the middle as two.
_PLACE = re.compile(r'in file "(?P<file>.*?)", (?:at byte \d+ )?in line (?P<line>\d+): (?P<reason>.*)')

# The number of a row that comes into `texts`, as long as it isn't there: mentions are added before their texts.
# Several threads read at a time, which a sequence does not allow.
_RECORD = "(SELECT count(*) FROM texts) + rowid"
# `input` is a number for the file that was read; `identity` for the place of a text and its entities, NULL for none.
_TABLES = """
CREATE TABLE texts (record BIGINT, input UBIGINT, file VARCHAR, line BIGINT, identity UBIGINT, document VARCHAR,
    date VARCHAR);
CREATE TABLE mentions (record BIGINT, label VARCHAR, form VARCHAR, value VARCHAR);
"""
_OF_TEXTS = ("document", "date")
_OF_ENTITIES = ("source", "id")  # fields of entities in JSON lines that a lexicon fills, and columns in tables
_INPUT = "bert-ner input"  # the column for the name of the file; no file that tag wrote has a column of this name


def load_tagged(
    database: Any,
    files: Sequence[TaggedFile],
    kept: dict[str, str | None],
    min_score: float,
    advance: Callable[[int], None],
) -> None:
    """Fill the tables `texts` and `mentions`.

    Args:
        database: a connection to DuckDB.
        files: the files.
        kept: for `document` and `date` of texts, and `value` of mentions, the column of the files that each of them
            is, or None.
        min_score: mentions with a lower score are left out; those without a score are not.
        advance: called with the number of bytes that are read.

    Raises:
        InputError: a file has other content, no file has one of the columns, or the column of a document or a date is
            about entities.
    """
    _check_columns(files, kept)
    database.execute(_TABLES)
    for batch in _batches(files):
        try:
            _load(database, batch, kept, min_score)
        except _errors() as error:
            raise _explained(error, batch) from None
        advance(sum(file.size for file in batch))
    if kept["value"] in _OF_ENTITIES and not database.execute("SELECT count(value) FROM mentions").fetchone()[0]:
        _check_columns(files, kept, of_entities=())


def _errors() -> Any:
    import duckdb

    return duckdb.Error


def _check_columns(
    files: Sequence[TaggedFile], kept: dict[str, str | None], of_entities: Container[str] = _OF_ENTITIES
) -> None:
    known = dict.fromkeys(column for file in files for column in file.columns if column not in ("text", "entities"))
    in_entities = of_entities if any(file.kind == JSON_LINES for file in files) else ()
    for name, column in kept.items():
        if column is None or (name == "value" and column in in_entities):
            continue
        if column not in known and column.partition(".")[0] not in known:
            raise InputError(f"no file has the column {column!r}; the columns: {', '.join(known)}")


def _batches(files: Sequence[TaggedFile]) -> Iterator[list[TaggedFile]]:
    """Files with the same columns, together some hundred megabytes; of JSON lines, each record has its own fields."""
    alike = groupby(files, key=lambda file: file.kind if file.kind == JSON_LINES else (file.kind, *file.columns))
    for _, group in alike:
        batch: list[TaggedFile] = []
        for file in group:
            if batch and (file.kind == EXCEL or sum(each.size for each in batch) + file.size > _BATCH):
                yield batch
                batch = []
            if file.columns:
                batch.append(file)
        if batch:
            yield batch


def _load(database: Any, batch: Sequence[TaggedFile], kept: dict[str, str | None], min_score: float) -> None:
    kind = batch[0].kind
    names = [in_glob(file.name) for file in batch]
    if kind == JSON_LINES:
        _load_json(database, names, kept, min_score, {column for file in batch for column in file.columns})
    elif kind == EXCEL:
        rows = sheet_rows(batch[0].name)
        next(rows)
        input_ = f"{_quoted(_INPUT)} VARCHAR DEFAULT {_literal(batch[0].name)}"
        database.execute(f"CREATE OR REPLACE TEMP TABLE cells ({_declared(batch[0])}, {input_})")
        columns = _columns(batch[0])
        while part := [[None if cell is None else as_text(cell) for cell in row] for row in islice(rows, _ROWS)]:
            whole = [row + [None] * (len(columns) - len(row)) for row in part]  # rows end at their last cell
            frame = pd.DataFrame(whole, columns=columns, dtype=object)
            database.register("rows", frame)
            database.execute("INSERT INTO cells BY NAME SELECT * FROM rows")
            database.unregister("rows")
        _load_rows(database, "cells", [], batch[0], kept, min_score)
    elif kind == PARQUET:
        source = f"read_parquet(?, union_by_name = false, filename = '{_INPUT}')"
        _load_rows(database, source, [names], batch[0], kept, min_score)
    else:
        types = ", ".join(f"'{name}': 'VARCHAR'" for name in _columns(batch[0]))
        source = (
            f"read_csv(?, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {{{types}}}, max_line_size = {LARGEST_RECORD}, filename = '{_INPUT}')"
        )
        _load_rows(database, source, [names], batch[0], kept, min_score)


def _load_json(
    database: Any, names: Sequence[str], kept: dict[str, str | None], min_score: float, known: Container[str]
) -> None:
    types = dict.fromkeys(("file", "line", "sentence_start"), "VARCHAR")
    of_entity = {"label": "label", "form": "text", "start": "start", "score": "score"}
    values = {}
    for name, column in kept.items():
        if column is None or column in types:
            values[name] = column or "NULL"
        elif name == "value" and column in _OF_ENTITIES and column not in known:
            of_entity[name] = column
            values[name] = "NULL"
        else:
            outer, *inner = [column] if column in known else column.split(".")
            types[outer] = "JSON"
            values[name] = _field(_quoted(outer), inner)
    types["entities"] = f"STRUCT({', '.join(_quoted(field) + ' VARCHAR' for field in of_entity.values())})[]"
    columns = ", ".join(f"{_literal(name)}: {_literal(type_)}" for name, type_ in types.items())
    database.execute(
        f"""CREATE OR REPLACE TEMP TABLE part AS
        SELECT filename, coalesce(file, '') AS file, coalesce(line, '') AS line,
            coalesce(sentence_start, '') AS sentence,
            {values["document"]} AS document, {values["date"]} AS date, {values["value"]} AS value, entities
        FROM read_json(?, format = 'newline_delimited', columns = {{{columns}}}, filename = true,
            maximum_object_size = {LARGEST_RECORD})""",
        [names],
    )
    wrong = database.execute(
        "SELECT filename FROM part WHERE entities IS NULL "
        "OR len(list_filter(entities, lambda entity: entity.label IS NULL OR entity.text IS NULL)) > 0 LIMIT 1"
    ).fetchone()
    if wrong:
        place = f"{wrong[0]}:{_line_without_entities(wrong[0])}"
        raise InputError(f"{place}: the record has no entities with label and text, as records of tag have")
    value = f"entity.{of_entity['value']}" if "value" in of_entity else "value"
    database.execute(
        f"INSERT INTO mentions SELECT record, entity.label, entity.text, nullif({value}, '') "
        f"FROM (SELECT {_RECORD} AS record, unnest(entities) AS entity, value FROM part)"
        f"{_scored(min_score, 'entity.score')}"
    )
    entities = "list_aggregate([hash(one.label, one.text, one.start) FOR one IN entities], 'bit_xor')"
    database.execute(
        f"INSERT INTO texts SELECT {_RECORD}, hash(filename), file, try_cast(line AS BIGINT), "
        f"CASE WHEN len(entities) > 0 THEN hash(file, line, sentence, {entities}) END, document, date FROM part"
    )


def _line_without_entities(name: str) -> int:
    """The first line of a file with a record that is not as those of tag."""
    with open_file(name) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                entities = json.loads(line).get("entities")
                if entities is None or any(one.get("label") is None or one.get("text") is None for one in entities):
                    return number
    raise AssertionError(name)


def _load_rows(
    database: Any,
    source: str,
    parameters: list[Any],
    like: TaggedFile,
    kept: dict[str, str | None],
    min_score: float,
) -> None:
    """Rows are entities. Those of an input with the same file, line and sentence, if lines were split into them, are of
    one text.
    """
    if like.kind == PARQUET:
        names = {column: _quoted(column) for column in like.columns}
    else:
        names = dict(zip(like.columns, _columns(like), strict=True))
    if like.kind == CSV:
        names = {
            column: f"CASE WHEN regexp_matches({name}, {_literal('^' + HARMLESS)}) THEN {name}[2:] ELSE {name} END"
            for column, name in names.items()
        }
    values = {name: "NULL" if column is None else _cell(column, names) for name, column in kept.items()}
    database.execute(
        f"""CREATE OR REPLACE TEMP TABLE part AS
        SELECT hash({_quoted(_INPUT)}) AS input, coalesce({names["file"]}, '') AS file,
            coalesce(CAST({names["line"]} AS VARCHAR), '') AS line,
            coalesce(CAST({names.get("sentence_start", "NULL")} AS VARCHAR), '') AS sentence,
            {names["label"]} AS label, {names["text"]} AS form, CAST({names.get("start", "NULL")} AS VARCHAR) AS start,
            {names.get("score", "NULL")} AS score,
            {values["document"]} AS document, {values["date"]} AS date, {values["value"]} AS value
        FROM {source}""",
        parameters,
    )
    if wrong := database.execute("SELECT file, line FROM part WHERE label IS NULL OR form IS NULL LIMIT 1").fetchone():
        raise InputError(f"{like.name}: the entity of {wrong[0]}:{wrong[1]} has no label or no text")
    database.execute(
        f"""CREATE OR REPLACE TEMP TABLE places AS
        SELECT input, file, line, sentence, bit_xor(hash(label, form, start)) AS entities,
            {", ".join(f"max({name}) AS {name}" for name in _OF_TEXTS)},
            {", ".join(f"max({name}) != min({name}) AS {name}_differs" for name in _OF_TEXTS)}
        FROM part GROUP BY input, file, line, sentence"""
    )
    for name in _OF_TEXTS:
        if wrong := database.execute(f"SELECT file, line FROM places WHERE {name}_differs LIMIT 1").fetchone():
            raise InputError(
                f"{like.name}: the entities of {wrong[0]}:{wrong[1]} differ in the column {kept[name]!r}; "
                "expected a column of texts, not of entities"
            )
    database.execute(
        "INSERT INTO mentions SELECT record, label, form, nullif(value, '') FROM part JOIN "
        f"(SELECT {_RECORD} AS record, input, file, line, sentence FROM places) USING (input, file, line, sentence)"
        f"{_scored(min_score)}"
    )
    database.execute(
        f"INSERT INTO texts SELECT {_RECORD}, input, file, try_cast(line AS BIGINT), "
        "hash(file, line, sentence, entities), document, date FROM places"
    )


def _scored(least: float, score: str = "score") -> str:
    """The condition for a mention to be counted."""
    return f" WHERE coalesce(try_cast({score} AS DOUBLE), 1) >= {least}" if least else ""


def _cell(column: str, names: Mapping[str, str]) -> str:
    """The text of a cell, or of a field in it: lists and objects of the input are JSON there."""
    outer, *inner = [column] if column in names else column.split(".")
    cell = f"CAST({names.get(outer, 'NULL')} AS VARCHAR)"
    return f"CASE WHEN json_valid({cell}) THEN {_field(cell, inner)} END" if inner else cell


def _field(json_: str, steps: Sequence[str]) -> str:
    """The text of a field in a field of a column of JSON."""
    path = "".join(f".{_quoted(step)}" for step in steps)
    return f"{json_}->>{_literal('$' + path)}"


def find_repeated(database: Any, files: Sequence[TaggedFile]) -> Repeated | None:
    """Texts that several files have in the same place, with the same entities: one result that is given twice.

    Tables don't have the texts themselves, so two texts with the same file name, line and entities are taken for one.
    """
    if len(files) < 2:
        return None
    database.execute(
        "CREATE TEMP TABLE repeated AS SELECT identity, min(input) AS one, max(input) AS other FROM texts "
        "WHERE identity IS NOT NULL GROUP BY identity HAVING one != other"
    )
    (count,) = database.execute("SELECT count(*) FROM repeated").fetchone()
    first = database.execute(
        "SELECT file, line, one, other FROM repeated JOIN texts USING (identity) ORDER BY file, line, one LIMIT 1"
    ).fetchone()
    database.execute("DROP TABLE repeated")
    if first is None:
        return None
    names = database.execute(
        "SELECT name FROM (SELECT unnest(?) AS name) WHERE hash(name) IN (?, ?) ORDER BY name",
        [[file.name for file in files], *first[2:]],
    ).fetchall()
    file, line, *_ = first
    return Repeated(count, file if line is None else f"{file}:{line}", *(name for (name,) in names))


def _columns(file: TaggedFile) -> list[str]:
    """Names for the columns by their places: DuckDB takes `Text` and `text` for the same."""
    return [f"column_{at}" for at in range(len(file.columns))]


def _declared(file: TaggedFile) -> str:
    return ", ".join(f"{name} VARCHAR" for name in _columns(file))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _explained(error: Exception, batch: Sequence[TaggedFile]) -> Exception:
    """The error of DuckDB as one sentence with the place in the file."""
    message = str(error).split("\n")[0]
    if found := _PLACE.search(message):
        line = int(found["line"]) - ("Malformed" in message)
        return InputError(f"{found['file']}:{line}: expected what tag writes ({found['reason'].rstrip('. ')})")
    if "No space left" in message:
        return OSError(28, "No space left on device", "the folder for temporary files")
    return InputError(f"{batch[0].name}: can't be read as a file that tag wrote ({message[:200]})")
