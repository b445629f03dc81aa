"""All formats by name, and detecting the format of a file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.findings import Finding
from ner.data.formats import (
    boson,
    brat,
    cluener,
    conll,
    csv_spans,
    csv_table,
    docbin,
    inline_xml,
    json_lines,
    label_studio,
    parquet,
    people_daily,
    token_lists,
)
from ner.data.formats.json_records import kind_of_record, values_of
from ner.data.formats.substitutes import list_lost_unknowns
from ner.data.formats.token_tables import missing_columns
from ner.data.read_options import ReadOptions
from ner.data.schemes import Scheme
from ner.data.split_files import is_brat
from ner.data.text_encoding import check_encoding, is_standard_input, read_bytes, read_text
from ner.errors import InputError
from ner.files import name_errors

_Write = Callable[[Sequence[Sentence], Path, Scheme], list[Finding]]
_WriteSpans = Callable[[Sequence[Sentence], Path], list[Finding]]


@dataclass(frozen=True)
class Format:
    """How to read and write a format.

    Args:
        name: the name of the format.
        suffix: the suffix of its files, "" for a folder.
        tagged: whether the format has a tag for each character, not spans.
        keeps_unknown: whether it stores which characters nobody has annotated.
        read: reads a file or folder.
        write: writes sentences, and returns the information that the format can't store. Only tagged formats use the
            scheme.
    """

    name: str
    suffix: str
    tagged: bool
    read: Callable[[Path, ReadOptions], Split]
    write: _Write
    keeps_unknown: bool = True


def _spans(
    name: str,
    suffix: str,
    read: Callable[[Path, ReadOptions], Split],
    write: _WriteSpans,
    *,
    keeps_unknown: bool = False,
) -> Format:
    """A format of spans. It needs no scheme, and most of them can't store unknown tags."""

    def write_known(sentences: Sequence[Sentence], path: Path, scheme: Scheme) -> list[Finding]:
        return [*write(sentences, path), *([] if keeps_unknown else list_lost_unknowns(sentences))]

    return Format(name, suffix, False, read, write_known, keeps_unknown)


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("conll", ".conll", True, conll.read, conll.write),
        _spans("jsonl", ".jsonl", json_lines.read, json_lines.write, keeps_unknown=True),
        _spans("doccano", ".jsonl", json_lines.read_doccano, json_lines.write_doccano),
        _spans("doccano-old", ".jsonl", json_lines.read_doccano, json_lines.write_doccano_old),
        _spans("label-studio", ".json", label_studio.read, label_studio.write),
        _spans("label-studio-predictions", ".json", label_studio.read, label_studio.write_predictions),
        _spans("cluener", ".json", cluener.read, cluener.write),
        _spans("brat", "", brat.read, brat.write),
        _spans("xml", ".xml", inline_xml.read, inline_xml.write),
        _spans("people-daily", ".txt", people_daily.read, people_daily.write),
        _spans("boson", ".txt", boson.read, boson.write),
        Format("csv", ".csv", True, csv_table.read, csv_table.write),
        _spans("csv-spans", ".csv", csv_spans.read, csv_spans.write),
        Format("parquet", ".parquet", True, parquet.read, parquet.write),
        _spans("docbin", ".spacy", docbin.read, docbin.write),
        Format("lists", ".jsonl", True, token_lists.read, token_lists.write),
    )
}
"""The formats by name."""

_BY_SUFFIX = {
    **dict.fromkeys((".conll", ".bio", ".bmes", ".bioes", ".iob", ".iob2", ".txt"), "conll"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **{".jsonl": "jsonl", ".xml": "xml", ".parquet": "parquet", ".spacy": "docbin", ".ann": "brat"},
}
_JSON = (".json", ".jsonl", ".ndjson")
_HEAD = 100_000
_XML_START = re.compile(r"\s*<[\w?!][^<>\n]*>\s*?\n")
_ELEMENT = re.compile(r"<(\w+)\b[^<>\n]*>[^<>\n]*</\1>")
_OBJECT = re.compile(r'\s*(\[\s*)?\{\s*"')
_SPLIT_WORD = re.compile(r"\S+\Z")
"""The last word of a head that may end inside it."""
_TAGGED_WORD = re.compile(r"\S+/[^\s/]+")


def format_of(path: Path, options: ReadOptions) -> Format:
    """The format of a file: `options.format`, or else the format that its content suggests.

    Raises:
        InputError: there is no such format, file or encoding, or the format has no columns to choose.
    """
    check_encoding(options.encoding)
    format_ = format_by_name(options.format or _detect(path, options.encoding))
    if format_.name != "conll" and (options.token_column or options.tag_column):
        raise InputError(
            f"{path}: is {format_.name}, which has no columns to choose: leave out `token_column` and `tag_column`"
        )
    return format_


def format_by_name(name: str) -> Format:
    """The format of that name.

    Raises:
        InputError: there is no such format.
    """
    if name not in FORMATS:
        raise InputError(f"unknown format {name!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[name]


def format_by_suffix(path: Path) -> Format | None:
    """The format to write for the suffix of `path`, or None if it can't be decided."""
    return FORMATS.get(_BY_SUFFIX.get(path.suffix.lower(), ""))


def _detect(path: Path, encoding: str) -> str:
    """The name of the format that the content of a file suggests; conll by default, and if there is no file."""
    suffix = path.suffix.lower()
    if is_brat(path) or (suffix in (".txt", ".ann") and path.with_suffix(".ann").exists()):
        return "brat"
    if not path.is_file() and not is_standard_input(path):
        return "conll"
    if suffix in (".parquet", ".spacy"):
        return _BY_SUFFIX[suffix]
    data = _head(path)
    head = data.decode(encoding, "ignore").lstrip("\ufeff")
    if suffix in _JSON or _OBJECT.match(head):
        return kind_of_record(next(values_of(read_text(path, encoding)[0]), (0, None))[1])
    whole = head.split("\n")[:-1] or [_SPLIT_WORD.sub("", head) if len(data) == _HEAD else head]
    lines = [line for line in whole if line.strip()]
    if lines and csv_spans.is_header(lines[0], path):
        return "csv-spans"
    if suffix == ".csv":
        return "csv"
    if _XML_START.match(head) or sum(bool(_ELEMENT.search(line)) for line in lines) * 2 > len(lines):
        return "xml"
    if sum(bool(boson.BEGIN.search(line)) for line in lines) * 2 > len(lines):
        return "boson"
    if lines and any(not missing_columns(lines[0].rstrip("\r").split(delimiter)) for delimiter in ",\t;"):
        return "csv"
    if sum(all(map(_TAGGED_WORD.fullmatch, line.split())) for line in lines) * 2 > len(lines):
        return "people-daily"
    return "conll"


def _head(path: Path) -> bytes:
    if is_standard_input(path):
        return read_bytes(path)[:_HEAD]
    with name_errors(path), open(path, "rb") as file:
        return file.read(_HEAD)
