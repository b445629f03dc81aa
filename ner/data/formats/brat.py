"""brat's standoff format: a text in NAME.txt and its annotations in NAME.ann, one pair or a folder of pairs.

The format of .ann files: https://brat.nlplab.org/standoff.html
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from ner.data.cut_lines import cut_lines
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.offsets import (
    AnnotatedRecord,
    Offsets,
    Span,
    in_reading_order,
    offset_fault,
    read_offsets,
    utf_16_units,
)
from ner.data.formats.rows import quote
from ner.data.formats.substitutes import replace_in_labels, replace_line_ends, with_text
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text, refuse_carriage_returns
from ner.errors import InputError
from ner.files import atomic_writer

_SUFFIXES = (".txt", ".ann")
_LINE_END = re.compile("\r?\n")
_OFFSET = "[0-9]{1,18}"  # no text is longer, and Python reads no number of 5,000 digits
_TEXT_BOUND = re.compile(r"T\S*\t(\S+) +(OFFSET OFFSET(?:;OFFSET OFFSET)*) *(?:\t(.*))?".replace("OFFSET", _OFFSET))
_OFFSETS_OF_MALFORMED = re.compile(r"T\S*\s+\S+\s+(OFFSET)(?:\s+(OFFSET))?(?![0-9])".replace("OFFSET", _OFFSET))
"""The offsets in a malformed line, which show the place in the text."""
_OTHERS = {
    "R": FindingKind.RELATIONS_LEFT_OUT,
    "*": FindingKind.EQUIVALENCES_LEFT_OUT,
    "E": FindingKind.EVENTS_LEFT_OUT,
    "A": FindingKind.ATTRIBUTES_LEFT_OUT,
    "M": FindingKind.ATTRIBUTES_LEFT_OUT,
    "N": FindingKind.NORMALIZATIONS_LEFT_OUT,
    "#": FindingKind.NOTES_LEFT_OUT,
}
_SHOWN = 60

_UNWRITABLE = re.compile("[\0\t\n\r\ud800-\udfff]")
_UNWRITABLE_IN_LABEL = re.compile(r"[\s\0\ud800-\udfff]|^\Z")
_UNWRITABLE_IN_NAME = re.compile(r'[\0-\x1f\x7f/\\:*?"<>|\ud800-\udfff]')
_LONGEST_NAME = 200
"""Bytes. Most file systems allow 255; the suffix and the name of a temporary file need some of them."""


def read(path: Path, options: ReadOptions) -> Split:
    """Read a folder, or one document by its .txt or .ann file. Each line that is not empty is a sentence.

    - If an entity spans several lines, they are one sentence, with the line ends inside it.
    - If only white space separates the fragments of an entity, they are one entity.
    - Entities with other gaps, relations, events and so on are losses, and so are texts without an .ann file.
    - Lines with a faulty annotation are left out.

    Raises:
        InputError: there is no such file or folder, or it is not in brat's format.
    """
    whole = Split(str(path), [])
    text_files = _text_files(path)
    if not options.unannotated and not any(_ann_of(text_file).exists() for text_file in text_files):
        without = f"{path}: has no .ann files" if path.is_dir() else f"{path}: has no {_ann_of(path).name} beside it"
        raise InputError(f"{without} for the annotations; an empty .ann file means that a text has no entities")
    for text_file in text_files:
        if not _ann_of(text_file).exists() and not options.unannotated:
            message = f"has no {_ann_of(text_file).name} beside it"
            whole.losses.append(Finding(str(text_file), 0, FindingKind.DOCUMENT_WITHOUT_ANNOTATIONS_LEFT_OUT, message))
            continue
        document = _read_document(text_file, options.encoding)
        whole.sentences.extend(document.sentences)
        whole.faults.extend(document.faults)
        whole.losses.extend(document.losses)
        whole.notes.extend(document.notes)
    return whole


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write a folder with a pair of files for each document.

    Sentences without a document become one document with the name of the folder. White space in labels is replaced.
    brat's own configuration allows only ASCII letters, digits, "-" and "_" in labels; others are written as they are.

    Returns:
        The information that the format can't store.

    Raises:
        InputError: the folder has other documents already.
    """
    losses: list[Finding] = []
    labels = replace_in_labels(sentences, _UNWRITABLE_IN_LABEL, losses)
    documents: dict[str, list[Sentence]] = {}
    used: set[str] = set()
    for document, group in groupby(sentences, key=lambda sentence: sentence.document):
        members = list(group)
        name = _file_name(document or path.resolve().name, used)
        if document and name != document:
            message = f"document {document!r} written as {name!r}"
            losses.append(Finding(members[0].path, members[0].line, FindingKind.DOCUMENT_NAME_REPLACED, message))
        documents[name] = members
    if others := sorted(file.name for file in _files(path) if file.stem not in documents):
        raise InputError(f"{path}: has other documents ({others[0]}); move them away, or choose a new folder")
    for name, members in documents.items():
        text, annotations = _standoff(members, labels, losses)
        # The .ann comes first: an .ann without its text is a fault, but a text without an .ann is only left out.
        for suffix, content in ((".ann", annotations), (".txt", text)):
            with atomic_writer(path / f"{name}{suffix}") as file:
                file.write(content)
    return losses


def _files(folder: Path) -> list[Path]:
    """The .txt and .ann files of a folder; none if the folder doesn't exist."""
    if not folder.is_dir():
        return []
    try:
        return [
            file
            for file in folder.iterdir()
            if file.suffix in _SUFFIXES and not file.name.startswith(".") and file.is_file()
        ]
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be read ({error.strerror})") from None


def _text_files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted({file.with_name(f"{file.stem}.txt") for file in _files(path)})
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.suffix not in _SUFFIXES:
        raise InputError(f"{path}: expected a folder with brat's .txt and .ann files, or one of these files")
    return [path.with_name(f"{path.stem}.txt")]


def _ann_of(text_file: Path) -> Path:
    return text_file.with_name(f"{text_file.stem}.ann")


def _read_document(text_file: Path, encoding: str) -> Split:
    ann_file = _ann_of(text_file)
    path = str(ann_file)
    if not text_file.exists():
        message = f"has no text: expected {text_file.name} beside it"
        return Split(path, [], faults=[Finding(path, 0, FindingKind.NO_TEXT, message, "the annotations are left out")])
    text, text_faults = read_text(text_file, encoding)
    refuse_carriage_returns(text, str(text_file))
    content, faults = read_text(ann_file, encoding) if ann_file.exists() else ("", [])
    if (text_faults and not text) or (faults and not content):
        left_out = [replace(fault, mended="the document is left out") for fault in text_faults + faults]
        return Split(path, [], faults=left_out)
    annotations = _read_annotations(content, text, path)
    utf_16, note = read_offsets([AnnotatedRecord(text, annotations.spans)], path)
    offsets = Offsets(text, utf_16=utf_16)
    entities: list[Entity] = []
    unmended = [*annotations.malformed]
    for span in annotations.spans:
        entity, wrong = offsets.entity(span)
        if entity:
            entities.append(entity)
        if wrong:
            fault = offset_fault(path, span.line, wrong, entity)
            if entity:
                faults.append(fault)
            else:
                unmended.append((fault, [span.start, span.end]))
    entities.sort(key=in_reading_order)
    lines = [
        (start, replace(sentence, line=line))
        for start, line, sentence in cut_lines(Sentence(text, tuple(entities), str(text_file), 1, text_file.stem))
    ]
    touched: set[int] = set()
    for fault, places in unmended:
        where = _touched_lines(lines, [at for at in map(offsets.position, places) if at >= 0])
        touched.update(where)
        faults.append(fault if where else replace(fault, mended="the annotation is left out"))
    return Split(
        path,
        [sentence for number, (_, sentence) in enumerate(lines) if number not in touched],
        faults=text_faults + sorted(faults, key=lambda fault: fault.line),
        losses=annotations.losses,
        notes=[note] if note else [],
    )


@dataclass(frozen=True)
class _Annotations:
    """The content of an .ann file: entities, malformed lines with their offsets if they have any, and losses."""

    spans: list[Span] = field(default_factory=list)
    malformed: list[tuple[Finding, list[int]]] = field(default_factory=list)
    losses: list[Finding] = field(default_factory=list)


def _read_annotations(content: str, text: str, path: str) -> _Annotations:
    found = _Annotations()
    others: Counter[FindingKind] = Counter()
    first: dict[FindingKind, int] = {}
    for number, line in enumerate(_LINE_END.split(content), 1):
        if match := _TEXT_BOUND.fullmatch(line):
            label, fragments, surface = match.groups()
            offsets = [int(offset) for offset in re.split("[ ;]", fragments)]
            start, end = offsets[0], offsets[-1]
            in_text = None if surface is None else _as_in_text(text, start, end, surface)
            if len(offsets) > 2 and in_text is None:
                message = f"{label} at {fragments} has a gap; expected an entity without gaps"
                found.losses.append(Finding(path, number, FindingKind.DISCONTINUOUS_ENTITY_LEFT_OUT, message))
            else:
                found.spans.append(Span(start, end, label, surface if in_text is None else in_text, number))
        elif line[:1] in _OTHERS and "\t" in line:
            kind = _OTHERS[line[0]]
            others[kind] += 1
            first.setdefault(kind, number)
        elif line.strip():
            message = f"{quote(line, _SHOWN)}; expected an annotation, such as 'T1\\tPER 0 3\\t王小明'"
            places = _OFFSETS_OF_MALFORMED.match(line)
            known = [int(place) for place in places.groups() if place] if places else []
            found.malformed.append((Finding(path, number, FindingKind.MALFORMED_LINE, message), known))
    for kind, count in others.items():
        message = f"{kind}: {count:,}, of which this is the first"
        found.losses.append(Finding(path, first[kind], kind, message))
    return found


def _touched_lines(lines: Sequence[tuple[int, Sentence]], places: Sequence[int]) -> range:
    """The indices of the lines between the first and the last of these places. `lines` are pairs of start and line."""
    if not places:
        return range(0)
    first = bisect_right(lines, min(places), key=lambda line: line[0] + len(line[1].text))
    behind = bisect_left(lines, max(*places, min(places) + 1), key=lambda line: line[0])
    return range(first, behind)


def _as_in_text(text: str, start: int, end: int, surface: str) -> str | None:
    """The text between two offsets if it differs from the surface form only in white space, else None.

    An .ann file has spaces instead of line ends, and between the fragments of an entity. The offsets may count UTF-16
    units.
    """
    wanted = "".join(surface.split())
    found = text[start:end]
    if end <= len(text) and "".join(found.split()) == wanted:
        return found
    units = utf_16_units(text)
    found = units[2 * start : 2 * end].decode("utf-16-le", "replace")
    return found if 2 * end <= len(units) and "".join(found.split()) == wanted else None


def _file_name(document: str, used: set[str]) -> str:
    """A file name that is valid on every file system, and that differs from those `used` in more than case."""
    name = _UNWRITABLE_IN_NAME.sub("_", document).encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" .") or "_"
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        candidate = f"{name}-{number}"
    used.add(candidate.casefold())
    return candidate


def _standoff(sentences: Sequence[Sentence], labels: dict[str, str], losses: list[Finding]) -> tuple[str, str]:
    """The text of a document and its annotations."""
    lines: list[str] = []
    annotations: list[str] = []
    offset = 0
    for sentence in with_text(sentences, losses):
        text = replace_line_ends(sentence, _UNWRITABLE, losses)
        # A U+FEFF at the start of the file would be read as a byte order mark.
        if not lines and text[0] == "\ufeff":
            lines.append("")
            offset = 1
        for entity in sentence.entities:
            place = f"{labels[entity.label]} {offset + entity.start} {offset + entity.end}"
            annotations.append(f"T{len(annotations) + 1}\t{place}\t{text[entity.start : entity.end]}\n")
        lines.append(text)
        offset += len(text) + 1
    return "".join(f"{line}\n" for line in lines), "".join(annotations)
