"""CSV with a header and one row per token. A .tsv file has tabs instead of commas. Semicolons are read, too."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.substitutes import replace_in_labels, replace_line_ends, with_text
from ner.data.formats.tagged import split_of_rows
from ner.data.formats.token_tables import (
    DOCUMENT,
    SENTENCE,
    TAG,
    TOKEN,
    TableRows,
    find_column,
    find_unused_columns,
    missing_columns,
    tags_of,
)
from ner.data.read_options import ReadOptions
from ner.data.schemes import Scheme
from ner.data.text_encoding import read_text
from ner.files import atomic_writer
from ner.quantities import counted
from ner.spreadsheet_cells import harmless_cell, original_cell

UNWRITABLE = re.compile("\0")
"""The csv module can't read this character before Python 3.11."""


def read(path: Path, options: ReadOptions) -> Split:
    """Read a file with columns for the sentence, the token, its tag and optionally the document. Others are losses.

    Raises:
        InputError: there is no such file, or a parameter is wrong.
    """
    text, faults = read_text(path, options.encoding)
    delimiter = find_delimiter(text, lambda names: not missing_columns(names), path)
    # Without `strict`, a quote that should be doubled would join all that follows into one token.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = TableRows()
    left_out: Counter[str] = Counter()
    line = top = 1
    try:
        header = next((cells for cells in reader if cells), [])
        if header and (missing := missing_columns(header)):
            return Split(
                str(path), [], faults=[*faults, Finding(str(path), line, FindingKind.MISSING_COLUMNS, missing)]
            )
        sentence, token, tag, document = (find_column(header, names) for names in (SENTENCE, TOKEN, TAG, DOCUMENT))
        unread = [at for at in range(len(header)) if at not in (sentence, token, tag, document)]
        top = reader.line_num
        line = top + 1
        for cells in reader:
            if cells:
                width = len(cells)
                # At least one empty cell is added, at the index -1 of a missing column.
                cells += [""] * max(1, len(header) + 1 - width)
                rows.enter(line, cells[sentence], original_cell(cells[document]))
                if width == len(header):
                    rows.add(line, cells[token], cells[tag])
                    left_out.update(header[at] for at in unread if cells[at])
                else:
                    rows.fault(line, f"{counted(width, 'column')}; the header has {len(header)}")
            line = reader.line_num + 1
    except csv.Error as error:
        rows.fault(
            line,
            f"can't be read from here on ({error}); put a token with a quote in quotes, and double the quote",
        )
    split = split_of_rows(rows.rows(), str(path), strict=options.strict)
    split.faults.extend(faults)
    split.faults.sort(key=lambda fault: fault.line)
    split.losses.extend(find_unused_columns(str(path), top, left_out))
    return split


def write(sentences: Sequence[Sentence], path: Path, scheme: Scheme) -> list[Finding]:
    """Write one row per character, with the number of its sentence. Returns what the format can't store.

    A token and a tag stay as they are: no spreadsheet computes one character, and a tag begins with a letter.
    """
    losses: list[Finding] = []
    labels = replace_in_labels(sentences, UNWRITABLE, losses)
    with_documents = any(sentence.document for sentence in sentences)
    with atomic_writer(path) as file:
        # With the usual line end of CSV, \r\n, the writer puts a token that is \r or \n in quotes.
        table = csv.writer(file, delimiter=delimiter_by_suffix(path), lineterminator="\r\n")
        table.writerow(["sentence", "token", "tag", *["document"] * with_documents])
        for number, sentence in enumerate(with_text(sentences, losses), 1):
            tags = tags_of(sentence, labels, scheme, losses)
            text = replace_line_ends(sentence, UNWRITABLE, losses)
            document = [harmless_cell(sentence.document)] * with_documents
            table.writerows([number, token, tag, *document] for token, tag in zip(text, tags, strict=True))
    return losses


def find_delimiter(text: str, are_known: Callable[[Sequence[str]], bool], path: Path) -> str:
    """The delimiter of the header. If no delimiter gives the known names, it is the usual one.

    Spreadsheets write semicolons in countries where the comma is the decimal sign.
    """
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    usual = delimiter_by_suffix(path)
    for delimiter in (usual, ",", ";", "\t"):
        if are_known(split_header(header, delimiter)):
            return delimiter
    return usual


def split_header(line: str, delimiter: str) -> list[str]:
    """The names of the columns in a header."""
    return [name.strip().strip('"') for name in line.split(delimiter)]


def delimiter_by_suffix(path: Path) -> str:
    """A tab for .tsv, else a comma."""
    return "\t" if path.suffix.lower() == ".tsv" else ","
