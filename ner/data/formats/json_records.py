r"""From the text of a JSON file to its records with the line of each, and what all formats in JSON share.

A file holds JSON lines (an object a line), one array of objects, or one object. Only "\n" ends a line: U+2028 may
stand as it is in a JSON string.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeGuard, TypeVar

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.tally import Tally
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
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SHOWN = 60


class Malformed(ValueError):
    """A record that isn't what its format says; each of its `args` is one fault."""


def read_objects(
    path: Path, options: ReadOptions, parse: Callable[[Fields, int], _Record]
) -> tuple[list[_Record], list[Finding]]:
    """What `parse` makes of each record of a file and its line, and the faults of those that can't be read.

    A broken line of JSON lines is left out; a broken array ends where it is broken. `parse` raises Malformed.
    Raises InputError if there is no such file or no such encoding.
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
    """Each value of a text with the line it begins on; Malformed, not raised, stands for one that can't be read."""
    start = _ink(text, 0)
    if text.startswith("[", start):
        return _elements(text, start)
    lines = text.split("\n")
    first = _line(text, start)
    if start < len(text) and not _is_whole(lines[first - 1]):
        value = _decode(text)
        # What is broken may be one object over many lines, or the first of JSON lines.
        if not isinstance(value, Malformed) or not any(map(_is_whole, lines)):
            return iter([(first, value)])
    return ((number, _decode(line)) for number, line in enumerate(lines, 1) if line.strip(_WHITESPACE))


def add_findings(split: Split, faults: list[Finding], left_out: Tally) -> Split:
    """`split` with the faults of its records, in the order of lines, and with what was left out of them."""
    split.faults.extend(faults)
    split.faults.sort(key=lambda fault: fault.line)
    split.losses.extend(left_out.findings(split.path))
    return split


def kind_of_record(record: object) -> str:
    """The format that a file whose first record is `record` is in: "label-studio", "cluener", "lists" or "jsonl"."""
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
    """Whether `value` is a list of Label Studio's regions, as a record of JSON-MIN has them."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) and "labels" in v for v in value)


def is_batch(value: object) -> TypeGuard[list[object]]:
    """Whether `value` is a list with a list for each sentence, not one sentence."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def first_key(fields: Fields, keys: Iterable[str]) -> str | None:
    """The first of `keys` that has a value other than null."""
    return next((key for key in keys if fields.get(key) is not None), None)


def require_string(fields: Fields, key: str) -> str:
    """The text of a field. Raises Malformed if it is missing or no string."""
    value = fields.get(key)
    if not isinstance(value, str):
        found = shorten_json(value) if key in fields else f"the fields {', '.join(fields) or '(none)'}"
        raise Malformed(f"expected a string in the field {key!r}, found {found}")
    return value


def read_document_name(fields: Fields) -> str:
    """The name of the document that a record is part of, "" if it tells none; a number becomes its digits."""
    value = fields.get(_document_key(fields), "")
    if not isinstance(value, str | int):
        raise Malformed(f"expected the name of a document, found {shorten_json(value)}")
    return str(value)


def document_field(sentence: Sentence) -> Fields:
    """What `document` reads back: the field with the name of the document, if there is one."""
    return {"document": sentence.document} if sentence.document else {}


def fields_beside(fields: Fields, read: Iterable[str]) -> list[str]:
    """The fields beside `read` and the document's name that say something, as a tally names them."""
    return [f"field {key!r}" for key in unread_keys(fields, (*read, _document_key(fields)))]


def unread_keys(fields: Fields, read: Iterable[str]) -> list[str]:
    """The keys beside `read` whose values say something."""
    said = {*read}
    return [key for key, value in fields.items() if key not in said and value not in (None, "", [], {})]


def shorten_json(value: object) -> str:
    """A value as JSON, cut off where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _document_key(fields: Fields) -> str:
    return first_key(fields, DOCUMENT_KEYS) or ""


def _is_whole(line: str) -> bool:
    """Whether a line looks like an object of its own, not one within an indented object."""
    return line.startswith("{") and line.rstrip(_WHITESPACE).endswith("}")


def _elements(text: str, start: int) -> Iterator[tuple[int, object]]:
    """The values of the array that begins at `start`."""
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
    """The value that begins at `start` and where it ends; Malformed and -1 if there is none."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        column = error.pos - text.rfind("\n", 0, error.pos)
        below = text.count("\n", start, error.pos)
        place = f"column {column}" + f" of line {error.lineno}" * (below > 0)
        return Malformed(f"is not JSON ({error.msg} at {place}); mend it, or write it with a JSON library"), -1
    except (ValueError, RecursionError) as error:
        return Malformed(f"is JSON that can't be read: {error}"), -1
    if _SURROGATE.search(text, start, end):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            # The end is known, so an array may go on behind it.
            return Malformed("half a character: an escape \\ud800 to \\udfff without its pair"), end
    return value, end


def _distinct(pairs: list[tuple[str, object]]) -> Fields:
    """An object of these keys and values. Raises ValueError if a key comes twice, of which one would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in an object")
    return fields


_DECODER = json.JSONDecoder(object_pairs_hook=_distinct)


def _ink(text: str, start: int) -> int:
    """The position of the first character from `start` that isn't white space, or the end of the text."""
    match = _INK.search(text, start)
    return match.start() if match else len(text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
