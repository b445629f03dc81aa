r"""Reading the records of a JSON file with their lines, and functions that all JSON formats share.

A file has JSON lines (one object per line), one array of objects, or one object. Only "\n" ends a line: a JSON string
may contain U+2028.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeGuard, TypeVar

from ner.bounded_json import BoundedDecoder, has_half_character
from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.left_out_counts import Tally
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text

Fields = dict[str, object]
"""A JSON object."""

TOKEN_KEYS = ("tokens", "words", "chars")
TAG_KEYS = ("tags", "ner_tags", "labels")
DOCUMENT_KEYS = ("document", "doc_id")

_Record = TypeVar("_Record")
_WHITESPACE = " \t\r\n"
_INK = re.compile(r"[^ \t\r\n]")
_SHOWN = 60


class Malformed(ValueError):
    """A record that doesn't follow its format. Each of its `args` is one fault."""


def read_objects(
    path: Path, options: ReadOptions, parse: Callable[[Fields, int], _Record]
) -> tuple[list[_Record], list[Finding]]:
    """Read and parse the records of a file. A broken line is left out, and a broken array ends where it is broken.

    Args:
        path: the file.
        options: its encoding.
        parse: makes a result from a record and its line, or raises Malformed.

    Returns:
        The results, and the faults of records that can't be read.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    text, faults = read_text(path, options.encoding)
    records = []
    for line, value in values_of(text):
        try:
            if isinstance(value, Malformed):
                raise value
            if not isinstance(value, dict):
                raise Malformed(f"expected a JSON object such as {{...}}, found {shorten_json(value)}")
            records.append(parse(value, line))
        except Malformed as malformed:
            faults.extend(Finding(str(path), line, FindingKind.MALFORMED_RECORD, message) for message in malformed.args)
    return records, faults


def values_of(text: str) -> Iterator[tuple[int, object]]:
    """The values of a text with their first lines. A value that can't be read is a `Malformed`, which is not raised."""
    start = _ink(text, 0)
    if text.startswith("[", start):
        return _elements(text, start)
    lines = text.split("\n")
    first = _line(text, start)
    if start < len(text) and not _is_whole(lines[first - 1]):
        value = _decode(text)
        # The broken text may be one object over many lines, or the first line of JSON lines.
        if not isinstance(value, Malformed) or not any(map(_is_whole, lines)):
            return iter([(first, value)])
    return ((number, _decode(line)) for number, line in enumerate(lines, 1) if line.strip(_WHITESPACE))


def add_findings(split: Split, faults: list[Finding], left_out: Tally) -> Split:
    """Add the faults of records to `split`, in the order of lines, and the fields that were left out."""
    split.faults.extend(faults)
    split.faults.sort(key=lambda fault: fault.line)
    split.losses.extend(left_out.findings(split.path))
    return split


def kind_of_record(record: object) -> str:
    """The format of a file with this first record: "label-studio", "cluener", "lists" or "jsonl"."""
    if not isinstance(record, dict):
        return "jsonl"
    if isinstance(record.get("data"), dict) or "annotation_id" in record or any(map(is_regions, record.values())):
        return "label-studio"
    if isinstance(record.get("label"), dict):
        return "cluener"
    tokens, tags = (record.get(first_key(record, keys) or "") for keys in (TOKEN_KEYS, TAG_KEYS))
    if isinstance(tokens, list) and isinstance(tags, list) and is_batch(tokens) is is_batch(tags):
        return "lists"
    return "jsonl"


def is_regions(value: object) -> bool:
    """Whether `value` is a list of Label Studio's regions, as in a record of JSON-MIN."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) and "labels" in v for v in value)


def is_batch(value: object) -> TypeGuard[list[object]]:
    """Whether `value` is a list of sentences, not one sentence."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def first_key(fields: Fields, keys: Iterable[str]) -> str | None:
    """The first of `keys` with a value other than null."""
    return next((key for key in keys if fields.get(key) is not None), None)


def require_string(fields: Fields, key: str) -> str:
    """The text of a field.

    Raises:
        Malformed: the field is missing, or not a string.
    """
    value = fields.get(key)
    if not isinstance(value, str):
        found = shorten_json(value) if key in fields else f"the fields {', '.join(fields) or '(none)'}"
        raise Malformed(f"expected a string in the field {key!r}, found {found}")
    return value


def read_document_name(fields: Fields) -> str:
    """The name of the document of a record, "" if it has none. A number is converted to digits."""
    value = fields.get(_document_key(fields), "")
    if not isinstance(value, str | int):
        raise Malformed(f"expected the name of a document, found {shorten_json(value)}")
    return str(value)


def document_field(sentence: Sentence) -> Fields:
    """The field with the name of the document, which `read_document_name` reads; empty if there is none."""
    return {"document": sentence.document} if sentence.document else {}


def fields_beside(fields: Fields, read: Iterable[str]) -> list[str]:
    """The names, for a tally, of fields with a value other than those in `read` and the name of the document."""
    return [f"field {key!r}" for key in unread_keys(fields, (*read, _document_key(fields)))]


def unread_keys(fields: Fields, read: Iterable[str]) -> list[str]:
    """The keys that are not in `read` and have a value."""
    said = {*read}
    return [key for key, value in fields.items() if key not in said and value not in (None, "", [], {})]


def shorten_json(value: object) -> str:
    """A value as JSON, shortened if it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _document_key(fields: Fields) -> str:
    return first_key(fields, DOCUMENT_KEYS) or ""


def _is_whole(line: str) -> bool:
    """Whether a line looks like a complete object, not like a part of an indented one."""
    return line.startswith("{") and line.rstrip(_WHITESPACE).endswith("}")


def _elements(text: str, start: int) -> Iterator[tuple[int, object]]:
    """The values of the array that starts at `start`, with their lines."""
    position = _ink(text, start + 1)
    line, counted = 1, 0
    closed = text.startswith("]", position)
    while not closed:
        line, counted = line + text.count("\n", counted, position), position
        value, position = _decode_at(text, position)
        yield line, value
        if position < 0:
            return
        position = _ink(text, position)
        closed = text.startswith("]", position)
        if not closed:
            if not text.startswith(",", position):
                yield _line(text, position), Malformed('expected "," or "]" after a record of the array')
                return
            position = _ink(text, position + 1)
    position = _ink(text, position + 1)
    if position < len(text):
        found = shorten_json(text[position : position + 2 * _SHOWN])
        yield _line(text, position), Malformed(f"expected nothing after the array, found {found}")


def _decode(text: str) -> object:
    """The one value that a text is, or Malformed."""
    start = _ink(text, 0)
    value, end = _decode_at(text, start)
    if end >= 0 and (rest := _ink(text, end)) < len(text):
        return Malformed(f"expected nothing after the object, found {shorten_json(text[rest : rest + 2 * _SHOWN])}")
    return value


def _decode_at(text: str, start: int) -> tuple[object, int]:
    """The value that starts at `start`, and its end; Malformed and -1 if there is none."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        column = error.pos - text.rfind("\n", 0, error.pos)
        below = text.count("\n", start, error.pos)
        place = f"column {column}" + f" of line {error.lineno}" * (below > 0)
        return Malformed(f"is not JSON ({error.msg} at {place}); fix it, or write it with a JSON library"), -1
    except ValueError as error:
        return Malformed(f"is JSON that can't be read: {error}"), -1
    if has_half_character(value, text, start, end):
        # The end is known, so the rest of an array can be read.
        return Malformed("half a character: an escape \\ud800 to \\udfff without its pair"), end
    return value, end


def _distinct(pairs: list[tuple[str, object]]) -> Fields:
    """An object with these keys and values. A key that occurs twice is a ValueError: one value would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice!r} occurs twice in an object")
    return fields


_DECODER = BoundedDecoder(_distinct)


def _ink(text: str, start: int) -> int:
    """The position of the first character from `start` on that isn't white space, or the end of the text."""
    match = _INK.search(text, start)
    return match.start() if match else len(text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
