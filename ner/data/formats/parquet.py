"""Parquet with one row per token, or one row per sentence with lists of tokens and tags, as in Hugging Face datasets.

It needs pyarrow, the optional package of the extra "parquet".
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ner.bounded_json import parse_json
from ner.data.bounded_parquet import BoundedParquet, DamagedParquet
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
    data = read_bytes(path)
    try:
        return _read(path, BoundedParquet(path, pyarrow.BufferReader(data), len(data)), options)
    except DamagedParquet as error:
        return _fault(path, FindingKind.NOT_PARQUET, error.message, error.line)


def _read(path: Path, table: BoundedParquet, options: ReadOptions) -> Split:
    header = table.names
    lists = find_column(header, _TOKENS) >= 0 and find_column(header, _TAGS) >= 0
    if not lists and (missing := missing_columns(header)):
        either = f"or with lists {join_names(_TOKENS)}, {join_names(_TAGS)}"
        return _fault(path, FindingKind.MISSING_COLUMNS, f"{missing}, {either}")
    tag_field = table.schema.field(find_column(header, _TAGS if lists else TAG))
    names = _class_names(table.schema.metadata, tag_field.name)
    types = import_extra("pyarrow", "parquet", path).types
    if not names and types.is_integer(getattr(tag_field.type, "value_type", tag_field.type)):
        message = (
            f"column {tag_field.name} has integers, and the file has no names for them; "
            "expected tags such as B-PER, or a ClassLabel saved by Hugging Face's datasets"
        )
        return _fault(path, FindingKind.TAGS_WITHOUT_NAMES, message)
    known = (_TOKENS, _TAGS, DOCUMENT) if lists else (SENTENCE, TOKEN, TAG, DOCUMENT)
    read = {find_column(header, wanted) for wanted in known}
    unread = [at for at in range(len(header)) if at not in read]
    losses = find_unused_columns(str(path), 0, {header[at]: table.count(header[at]) for at in unread})
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


def _fault(path: Path, kind: FindingKind, message: str, line: int = 0) -> Split:
    """The result for a file that can't be read: no sentences and one fault."""
    return Split(str(path), [], faults=[Finding(str(path), line, kind, message)])


def _tokens(table: BoundedParquet, names: list[str]) -> TableRows:
    """The rows of a table with one row per token."""
    rows = TableRows()
    for line, (sentence, document, token, tag) in enumerate(_rows(table, (SENTENCE, DOCUMENT, TOKEN, TAG)), 1):
        rows.enter(line, _cell(sentence), _cell(document))
        rows.add(line, _cell(token), _tag(tag, names))
    return rows


def _sentences(table: BoundedParquet, names: list[str]) -> tuple[TableRows, list[tuple[int, str]]]:
    """The rows of a table with one row per sentence, and line and document of each sentence without tokens."""
    rows = TableRows()
    empty = []
    for line, (document, tokens, tags) in enumerate(_rows(table, (DOCUMENT, _TOKENS, _TAGS)), 1):
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


def _rows(table: BoundedParquet, wanted: Sequence[Sequence[str]]) -> Iterator[tuple[Any, ...]]:
    """The values of some columns, row by row. A missing column has an empty value in each."""
    places = [find_column(table.names, names) for names in wanted]
    found = [at for at in places if at >= 0]
    for row in table.rows([table.names[at] for at in found]):
        values = dict(zip(found, row, strict=True))
        yield tuple(values.get(at) for at in places)


def _class_names(metadata: dict[bytes, bytes] | None, column: str) -> list[str]:
    """The names of the integers of a column, [] if the file has none.

    The names are JSON in the metadata of the schema, as `Features.arrow_schema` of Hugging Face's datasets writes it:
    {"info": {"features": {COLUMN: {"feature": {"names": [...], "_type": "ClassLabel"}, "_type": "Sequence"}}}},
    without "feature" if the column has no lists. Old versions have a list with one item for a Sequence.
    """
    try:
        feature = parse_json((metadata or {})[b"huggingface"].decode())["info"]["features"][column]
        feature = feature[0] if isinstance(feature, list) else feature.get("feature", feature)
        return [str(name) for name in feature["names"]]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


def _cell(value: object) -> str:
    """A value as text; "" for a missing value, which is NaN in a column of numbers."""
    return "" if value is None or value != value else str(value)


def _tag(value: object, names: list[str]) -> str:
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else _cell(value)
