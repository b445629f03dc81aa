"""Parquet with one row per token, or one row per sentence with lists of tokens and tags, as in Hugging Face datasets.

It needs pyarrow, the optional package of the extra "parquet".
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.tagged import split_of_rows
from ner.data.formats.token_tables import (
    DOCUMENT,
    SENTENCE,
    TAG,
    TOKEN,
    TableRows,
    find_column,
    find_unused_columns,
    join_names,
    missing_columns,
    tags_of,
)
from ner.data.read_options import ReadOptions
from ner.data.schemes import Scheme
from ner.data.text_encoding import read_bytes
from ner.extras import import_extra
from ner.files import atomic_path

_TOKENS = ("tokens", "words")
_TAGS = ("ner_tags", "tags", "labels")


def read(path: Path, options: ReadOptions) -> Split:
    """Read a file of either kind. The line of a sentence is the number of its row, from 1.

    Tags may be integers if the file has their names in the metadata of a ClassLabel of Hugging Face's `datasets`.
    Other columns are losses.

    Raises:
        InputError: there is no such file, or pyarrow is not installed.
    """
    pyarrow = import_extra("pyarrow", "parquet", path)
    parquet = import_extra("pyarrow.parquet", "parquet", path)
    data = read_bytes(path)
    try:
        table = parquet.read_table(pyarrow.BufferReader(data))
    except (pyarrow.ArrowException, OSError) as error:
        return _fault(path, FindingKind.NOT_PARQUET, f"is not Parquet, or is damaged ({error})")
    header = table.column_names
    lists = find_column(header, _TOKENS) >= 0 and find_column(header, _TAGS) >= 0
    if not lists and (missing := missing_columns(header)):
        either = f"or with lists {join_names(_TOKENS)}, {join_names(_TAGS)}"
        return _fault(path, FindingKind.MISSING_COLUMNS, f"{missing}, {either}")
    tag_field = table.schema.field(find_column(header, _TAGS if lists else TAG))
    names = _class_names(table.schema.metadata, tag_field.name)
    if not names and pyarrow.types.is_integer(getattr(tag_field.type, "value_type", tag_field.type)):
        message = (
            f"column {tag_field.name} has integers, and the file has no names for them; "
            "expected tags such as B-PER, or a ClassLabel saved by Hugging Face's datasets"
        )
        return _fault(path, FindingKind.TAGS_WITHOUT_NAMES, message)
    known = (_TOKENS, _TAGS, DOCUMENT) if lists else (SENTENCE, TOKEN, TAG, DOCUMENT)
    losses = find_unused_columns(str(path), 0, _unread(table, [find_column(header, wanted) for wanted in known]))
    rows, empty = _sentences(table, names) if lists else (_tokens(table, names), [])
    split = split_of_rows(rows.rows(), str(path), strict=options.strict)
    sentences = [*split.sentences, *(Sentence("", (), str(path), line, document) for line, document in empty)]
    return replace(split, sentences=sorted(sentences, key=lambda sentence: sentence.line), losses=losses)


def write(sentences: Sequence[Sentence], path: Path, scheme: Scheme) -> list[Finding]:
    """Write one row per sentence, with the list of its characters and the list of their tags.

    Returns:
        The information that tags can't store.

    Raises:
        InputError: pyarrow is not installed.
    """
    pyarrow = import_extra("pyarrow", "parquet", path)
    parquet = import_extra("pyarrow.parquet", "parquet", path)
    losses: list[Finding] = []
    labels = {entity.label: entity.label for sentence in sentences for entity in sentence.entities}
    strings = pyarrow.list_(pyarrow.string())
    columns = {
        "tokens": pyarrow.array([list(sentence.text) for sentence in sentences], strings),
        "tags": pyarrow.array([tags_of(sentence, labels, scheme, losses) for sentence in sentences], strings),
    }
    if any(sentence.document for sentence in sentences):
        columns["document"] = pyarrow.array([sentence.document for sentence in sentences], pyarrow.string())
    with atomic_path(path) as partial, partial.open("wb") as file:  # a path must be UTF-8 for the library
        parquet.write_table(pyarrow.table(columns), file)
    return losses


def _fault(path: Path, kind: FindingKind, message: str) -> Split:
    """The result for a file that can't be read: no sentences and one fault."""
    return Split(str(path), [], faults=[Finding(str(path), 0, kind, message)])


def _tokens(table: Any, names: list[str]) -> TableRows:
    """The rows of a table with one row per token."""
    rows = TableRows()
    columns = [_column(table, wanted) for wanted in (SENTENCE, DOCUMENT, TOKEN, TAG)]
    for line, (sentence, document, token, tag) in enumerate(zip(*columns, strict=True), 1):
        rows.enter(line, _cell(sentence), _cell(document))
        rows.add(line, _cell(token), _tag(tag, names))
    return rows


def _sentences(table: Any, names: list[str]) -> tuple[TableRows, list[tuple[int, str]]]:
    """The rows of a table with one row per sentence, and line and document of each sentence without tokens."""
    rows = TableRows()
    empty = []
    columns = [_column(table, wanted) for wanted in (DOCUMENT, _TOKENS, _TAGS)]
    for line, (document, tokens, tags) in enumerate(zip(*columns, strict=True), 1):
        rows.begin(line, _cell(document))
        if not isinstance(tokens, list) or not isinstance(tags, list):
            rows.fault(line, "expected a list of tokens and a list of tags")
        elif len(tokens) != len(tags):
            rows.fault(line, f"{len(tokens)} tokens and {len(tags)} tags; expected a tag for each token")
        elif not tokens:
            empty.append((line, _cell(document)))
        else:
            for token, tag in zip(tokens, tags, strict=True):
                rows.add(line, _cell(token), _tag(tag, names))
    return rows, empty


def _column(table: Any, wanted: Sequence[str]) -> list[Any]:
    """The values of a column. A missing column has an empty value in each row."""
    at = find_column(table.column_names, wanted)
    values: list[Any] = table.column(at).to_pylist() if at >= 0 else [None] * table.num_rows
    return values


def _unread(table: Any, read: Sequence[int]) -> dict[str, int]:
    """The number of values in each column whose index is not in `read`."""
    columns = zip(table.column_names, table.columns, strict=True)
    return {name: len(column) - column.null_count for at, (name, column) in enumerate(columns) if at not in read}


def _class_names(metadata: dict[bytes, bytes] | None, column: str) -> list[str]:
    """The names of the integers of a column, [] if the file has none.

    The names are JSON in the metadata of the schema, as `Features.arrow_schema` of Hugging Face's datasets writes it:
    {"info": {"features": {COLUMN: {"feature": {"names": [...], "_type": "ClassLabel"}, "_type": "Sequence"}}}},
    without "feature" if the column has no lists. Old versions have a list with one item for a Sequence.
    """
    try:
        feature = json.loads((metadata or {})[b"huggingface"])["info"]["features"][column]
        feature = feature[0] if isinstance(feature, list) else feature.get("feature", feature)
        return [str(name) for name in feature["names"]]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


def _cell(value: object) -> str:
    """A value as text; "" for a missing value, which is NaN in a column of numbers."""
    return "" if value is None or value != value else str(value)


def _tag(value: object, names: list[str]) -> str:
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else _cell(value)
