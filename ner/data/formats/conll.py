"""CoNLL columns: one token with its tag per line, and a blank line between sentences."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.findings import Finding
from ner.data.formats.conll_columns import read_rows
from ner.data.formats.substitutes import (
    find_merged_entities,
    flat_entities,
    replace_in_labels,
    replace_line_ends,
    with_text,
)
from ner.data.formats.tagged import split_of_rows
from ner.data.formats.text_lines import NEW_DOCUMENT, parse_lines
from ner.data.read_options import ReadOptions
from ner.data.schemes import Scheme, entities_to_tags
from ner.data.text_encoding import read_text
from ner.files import atomic_writer

_UNWRITABLE = re.compile("[\0\t\n\r]")
_UNWRITABLE_IN_LABEL = re.compile(r"\s")


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. `read_rows` describes the lines, and `split_of_rows` the tags.

    Raises:
        InputError: there is no such file, or a parameter is wrong.
    """
    text, faults = read_text(path, options.encoding)
    rows = read_rows(parse_lines(text), path.stem, options.token_column, options.tag_column)
    split = split_of_rows(rows, str(path), strict=options.strict)
    split.faults.extend(faults)
    split.faults.sort(key=lambda fault: fault.line)
    return split


def write(sentences: Sequence[Sentence], path: Path, scheme: Scheme) -> list[Finding]:
    """Write one character per line, with a tab and its tag. Returns the information that the format can't store."""
    losses: list[Finding] = []
    labels = replace_in_labels(sentences, _UNWRITABLE_IN_LABEL, losses)
    document = ""
    with atomic_writer(path) as file:
        for number, sentence in enumerate(with_text(sentences, losses)):
            # A U+FEFF at the start of the file would be read as a byte order mark.
            if number == 0 and sentence.text[0] == "\ufeff":
                file.write("\n")
            if sentence.document != document:
                document = sentence.document
                # A comment without a name ends the document: sentences without a document follow.
                file.write(NEW_DOCUMENT + (f" id = {' '.join(document.split())}" if document else "") + "\n")
            entities = [replace(e, label=labels[e.label]) for e in flat_entities(sentence, losses)]
            find_merged_entities(sentence, entities, scheme, losses)
            tags = entities_to_tags(entities, len(sentence.text), scheme, sentence.unknown)
            text = replace_line_ends(sentence, _UNWRITABLE, losses)
            file.writelines(f"{character}\t{tag}\n" for character, tag in zip(text, tags, strict=True))
            file.write("\n")
    return losses
