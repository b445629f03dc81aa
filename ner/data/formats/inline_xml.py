"""Entities as elements inside the text, as in the corpora of MSRA, MUC and OntoNotes.

<sentence>... <NAMEX TYPE="PERSON">王小明</NAMEX> ...</sentence>      in a document with a root
... <PER>王小明</PER> ...                                             one sentence per line, without a root
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.rows import quote
from ner.data.formats.substitutes import nested_entities, replace_in_labels, replace_line_ends
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text
from ner.files import atomic_writer

_SENTENCES = ("sentence", "sent", "s", "p", "line")
_DOCUMENTS = ("doc", "document")
_DOCUMENT_NAMES = ("id", "name", "docid", "docno")
_ENTITIES = ("namex", "enamex", "timex", "numex")
_PLAIN = (*_SENTENCES, *_DOCUMENTS, "text", "body", "corpus", "w", "word")
"""Elements that are never entities, also in upper case and without attributes."""

_HAS_SENTENCES = re.compile(rf"<(?:{'|'.join(_SENTENCES)})(?=[\s/>])", re.IGNORECASE)
_PROLOG = re.compile(r"\s*<[?!]")
_LONE_TAG = re.compile(r"\s*<(/?)(doc|document|text|body|corpus)(\s[^<>]*)?>\s*", re.IGNORECASE)
_LINE_END = re.compile("\r?\n")

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 doesn't allow (section 2.2)."""
_UNWRITABLE_IN_LABEL = re.compile(rf"{_UNWRITABLE.pattern}|^\Z")
_ESCAPES = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file.

    The file is one document if it has an XML declaration or elements for sentences. Otherwise each line is a sentence.

    Entities are elements with an attribute TYPE (in upper or lower case), and elements without attributes whose name
    is in upper case or Chinese; then the name is the type. Other elements inside a sentence are read as their text.
    White space is text.

    A document can't be read beyond malformed XML. In a file of lines, only the malformed lines are faults.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    text, faults = read_text(path, options.encoding)
    reader = _Reader(Split(str(path), [], faults=faults))
    if _PROLOG.match(text):
        reader.parse(text, 1)
        if not (reader.split.sentences or reader.split.faults):
            expected = ", ".join(f"<{name}>" for name in _SENTENCES)
            reader.split.faults.append(
                Finding(str(path), 0, FindingKind.NO_SENTENCES, f"has none of the elements {expected}")
            )
    elif _HAS_SENTENCES.search(text):
        reader.parse(f"<corpus>{text}</corpus>", 1)
    else:
        for number, line in enumerate(_LINE_END.split(text), 1):
            if tag := _LONE_TAG.fullmatch(line):
                # The start or end tag of an element around many lines; the parser needs a complete element.
                reader.parse(f"<{tag[2]}/>" if tag[1] else f"{line}</{tag[2]}>", number)
            elif line:
                reader.parse(f"<s>{line}</s>", number)
    return reader.split


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write a document with one sentence per line. Returns what the format can't store, such as crossing entities."""
    losses: list[Finding] = []
    labels = replace_in_labels(sentences, _UNWRITABLE_IN_LABEL, losses)
    with atomic_writer(path) as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<corpus>\n')
        for document, group in groupby(sentences, key=lambda sentence: sentence.document):
            members = list(group)
            if document:
                name = _UNWRITABLE.sub("\ufffd", document)
                if name != document:
                    message = f"document {document!r} written as {name!r}"
                    kind = FindingKind.DOCUMENT_NAME_REPLACED
                    losses.append(Finding(members[0].path, members[0].line, kind, message))
                file.write(f"<document id={quoteattr(name)}>\n")
            for sentence in members:
                entities = nested_entities(sentence, losses)
                text = replace_line_ends(sentence, _UNWRITABLE, losses)
                file.write(f"<sentence>{_mark_up(text, entities, labels)}</sentence>\n")
            if document:
                file.write("</document>\n")
        file.write("</corpus>\n")
    return losses


@dataclass
class _Span:
    start: int
    label: str
    end: int = -1


@dataclass
class _Open:
    """A sentence that has not ended yet. `depth` is the number of elements around it."""

    line: int
    depth: int
    text: list[str] = field(default_factory=list)
    spans: list[_Span] = field(default_factory=list)
    length: int = 0
    faulty: bool = False


class _Reader:
    """Adds the sentences of XML to a split, and the faults of the XML."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self._document = ""
        self._sentence: _Open | None = None
        self._elements: list[_Span | None] = []
        self._stray: list[str] = []
        self._stray_line = 0

    def parse(self, markup: str, line: int) -> None:
        """Read a piece of XML with one outer element. `line` is the line of the file where it starts."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser, self._first_line = parser, line
        try:
            parser.Parse(markup, True)
        except expat.ExpatError as error:
            self._end_stray()
            self._sentence = None
            self._elements.clear()
            reason = f"is not well-formed XML: {expat.ErrorString(error.code)}"
            message = f"{reason}; write & as &amp; and < as &lt; in text, and close each element"
            self._add(self.split.faults, FindingKind.MALFORMED_XML, message, line + error.lineno - 1)

    @property
    def _line(self) -> int:
        return self._first_line + self._parser.CurrentLineNumber - 1

    def _add(self, findings: list[Finding], kind: FindingKind, message: str, line: int) -> None:
        findings.append(Finding(self.split.path, line, kind, message))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._end_stray()
        kind = name.lower()
        attributes = {key.lower(): value for key, value in attributes.items()}
        span = None
        sentence = self._sentence
        if kind in _SENTENCES and (sentence is None or not "".join(sentence.text).strip()):
            # If a paragraph contains sentences, they replace the paragraph.
            self._sentence = _Open(self._line, len(self._elements))
        elif sentence is None:
            if kind in _DOCUMENTS:
                self._document = next((attributes[key] for key in _DOCUMENT_NAMES if key in attributes), "")
        else:
            label = attributes.get("type", "")
            if not attributes and name == name.upper() and kind not in (*_PLAIN, *_ENTITIES):
                label = name
            if label:
                span = _Span(sentence.length, label)
                sentence.spans.append(span)
            elif "type" in attributes or kind in _ENTITIES:
                message = f'{name} without a type; expected <{name} TYPE="...">'
                self._add(self.split.faults, FindingKind.ENTITY_WITHOUT_A_TYPE, message, self._line)
                sentence.faulty = True
        self._elements.append(span)

    def _end(self, name: str) -> None:
        self._end_stray()
        span = self._elements.pop()
        sentence = self._sentence
        if sentence is None:
            # In a file of lines, the end that the parser gets for the tag of a document is not the end of the document.
            if name.lower() in _DOCUMENTS and self._elements:
                self._document = ""
            return
        if span:
            span.end = sentence.length
            if span.start == span.end:
                self._add(
                    self.split.losses, FindingKind.ENTITY_WITHOUT_TEXT_LEFT_OUT, f"{span.label} has no text", self._line
                )
        if len(self._elements) == sentence.depth:
            self._sentence = None
            if not sentence.faulty:
                self.split.sentences.append(self._finish(sentence))

    def _characters(self, text: str) -> None:
        if self._sentence:
            self._sentence.text.append(text)
            self._sentence.length += len(text)
        elif self._stray or text.strip():
            if not self._stray:
                self._stray_line = self._line
            self._stray.append(text)

    def _end_stray(self) -> None:
        if self._stray:
            text = "".join(self._stray).strip()
            message = f"{quote(text)} is outside of all sentences"
            self._add(self.split.losses, FindingKind.TEXT_OUTSIDE_OF_SENTENCES_LEFT_OUT, message, self._stray_line)
            self._stray.clear()

    def _finish(self, sentence: _Open) -> Sentence:
        text = "".join(sentence.text)
        # The sort is stable: if two spans are equal, the outer stays before the inner.
        spans = sorted((s for s in sentence.spans if s.start < s.end), key=lambda span: (span.start, -span.end))
        entities = tuple(Entity(span.start, span.end, span.label, text[span.start : span.end]) for span in spans)
        return Sentence(text, entities, self.split.path, sentence.line, self._document)


def _mark_up(text: str, entities: Sequence[Entity], labels: dict[str, str]) -> str:
    """The text with its entities as elements. Entities are nested, and outer ones come first."""
    parts: list[str] = []
    at = 0
    ends: list[int] = []

    def advance(to: int) -> None:
        nonlocal at
        parts.append(escape(text[at:to], _ESCAPES))
        at = to

    for entity in entities:
        while ends and ends[-1] <= entity.start:
            advance(ends.pop())
            parts.append("</NAMEX>")
        advance(entity.start)
        parts.append(f"<NAMEX TYPE={quoteattr(labels[entity.label])}>")
        ends.append(entity.end)
    while ends:
        advance(ends.pop())
        parts.append("</NAMEX>")
    advance(len(text))
    return "".join(parts)
