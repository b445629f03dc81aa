"""Types and entities in double braces, one text per line, as in the NER data of BosonNLP.

{{time:4月25日}}讯（记者{{person_name: 施宇翔}}）毒贩用{{product_name:微信}}交易毒品。
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.rows import quote
from ner.data.formats.substitutes import nested_entities, replace_in_labels, replace_line_ends, with_text
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text, refuse_carriage_returns
from ner.files import atomic_writer

BEGIN = re.compile(r"\{\{([^{}:：]+)[:：] *")
"""The braces and the type before an entity. Spaces before its text are not part of the text."""
_BRACES = re.compile(rf"{BEGIN.pattern}|\}}\}}")
_LINE_END = re.compile("\r?\n")
_UNWRITABLE = re.compile("[\0\n\r {}\ud800-\udfff]")
_UNWRITABLE_IN_LABEL = re.compile(r"[\s\0{}:：\ud800-\udfff]|^\Z")


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. The same entity in braces twice is one entity.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    text, faults = read_text(path, options.encoding)
    refuse_carriage_returns(text, str(path))
    split = Split(str(path), [], faults=faults)
    for number, line in enumerate(_LINE_END.split(text), 1):
        if not line:
            continue
        try:
            bare, entities = _parse(line)
        except ValueError as error:
            split.faults.append(Finding(str(path), number, FindingKind.MALFORMED_LINE, str(error)))
            continue
        split.sentences.append(Sentence(bare, entities, str(path), number))
    split.faults.sort(key=lambda fault: fault.line)
    return split


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write one text per line. Returns the information that the format can't store: documents, braces and spaces."""
    losses: list[Finding] = []
    labels = replace_in_labels(sentences, _UNWRITABLE_IN_LABEL, losses)
    with atomic_writer(path) as file:
        for number, sentence in enumerate(with_text(sentences, losses)):
            # A U+FEFF at the start of the file would be read as a byte order mark.
            if number == 0 and sentence.text[0] == "\ufeff":
                file.write("\n")
            text = replace_line_ends(sentence, _UNWRITABLE, losses)
            file.write(_mark(text, nested_entities(sentence, losses), labels) + "\n")
    return losses


def _parse(line: str) -> tuple[str, tuple[Entity, ...]]:
    """The text of a line and its entities. Braces without their counterpart are a ValueError."""
    text = ""
    at = 0
    open_: list[tuple[int, str]] = []
    spans: list[tuple[int, int, str]] = []
    for match in _BRACES.finditer(line):
        text += line[at : match.start()]
        at = match.end()
        if match[1]:
            open_.append((len(text), match[1].strip() or match[1]))
        elif open_:
            start, label = open_.pop()
            spans.append((start, len(text), label))
        else:
            found = quote(line[: match.end()][-20:])
            raise ValueError(f"{found} ends an entity; expected two braces and its type before it")
    text += line[at:]
    if open_:
        raise ValueError(f"an entity without end, {quote(text[open_[-1][0] :])}; expected two braces after it")
    # Outer entities come before inner ones.
    spans = sorted(
        dict.fromkeys(span for span in reversed(spans) if span[0] < span[1]), key=lambda span: (span[0], -span[1])
    )
    return text, tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans)


def _mark(text: str, entities: Sequence[Entity], labels: dict[str, str]) -> str:
    """The text with braces around its entities. Entities are nested, and outer ones come first."""
    braces: list[tuple[int, str]] = []
    ends: list[int] = []
    for entity in entities:
        while ends and ends[-1] <= entity.start:
            braces.append((ends.pop(), "}}"))
        braces.append((entity.start, f"{{{{{labels[entity.label]}:"))
        ends.append(entity.end)
    braces += [(end, "}}") for end in reversed(ends)]
    parts = []
    at = 0
    for position, brace in braces:
        parts += [text[at:position], brace]
        at = position
    return "".join([*parts, text[at:]])
