"""CSV with a header and one row per entity: its text, start, end and label. A text without entities has one row."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.csv_table import UNWRITABLE, delimiter_by_suffix, find_delimiter, split_header
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records
from ner.data.formats.substitutes import replace_in_labels, replace_line_ends
from ner.data.formats.token_tables import DOCUMENT, TOKEN, find_column, find_unused_columns
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text
from ner.files import atomic_writer
from ner.quantities import counted
from ner.spreadsheet_cells import harmless_cell, original_cell

_TEXT = ("sentence", "text", "content")
_START = ("start", "start_offset")
_END = ("end", "end_offset")
_LABEL = ("label", "type")
_SURFACE = ("entity", "surface", "text")
_PLACES = ("id", "sentence_id", "file", "line", "sentence_start")
"""Columns that tell equal texts apart."""
_ENTITIES_ALONE = (
    "has entities without the texts that they are in; bert-ner tag writes both into JSON lines (.jsonl), which can be "
    "read"
)


def has_columns(header: Sequence[str]) -> bool:
    """Whether a header is that of a table with one row per entity, not of one with one row per token."""
    needed = all(find_column(header, names) >= 0 for names in (_TEXT, _START, _END, _LABEL))
    return needed and find_column(header, [name for name in TOKEN if name not in _TEXT]) < 0


def is_header(line: str, path: Path) -> bool:
    """Whether the first line of a file is the header of such a table."""
    return has_columns(split_header(line, find_delimiter(line, has_columns, path)))


def read(path: Path, options: ReadOptions) -> Split:
    """Read a file. Rows that follow each other with the same text are one sentence. Other columns are losses.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    text, faults = read_text(path, options.encoding)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    delimiter = find_delimiter(text, has_columns, path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[AnnotatedRecord] = []
    left_out: Counter[str] = Counter()
    name, line, last = str(path), 1, None
    try:
        header = next((cells for cells in reader if cells), [])
        top = reader.line_num
        columns = [find_column(header, names) for names in (_TEXT, _START, _END, _LABEL, DOCUMENT)]
        surface = find_column(header, [each for each in _SURFACE if find_column(header, [each]) != columns[0]])
        places = [at for each in _PLACES if (at := find_column(header, [each])) >= 0]
        if message := _wrong_header(header):
            return Split(name, [], faults=[*faults, Finding(name, top, FindingKind.MISSING_COLUMNS, message)])
        unread = [at for at in range(len(header)) if at not in (*columns, surface, *places)]
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                message = f"{counted(len(cells), 'column')}; the header has {len(header)}"
                faults.append(Finding(name, line, FindingKind.MALFORMED_ROW, message))
            elif cells:
                whole, start, end, label, document = (original_cell(cells[at]) if at >= 0 else "" for at in columns)
                if last != (last := (whole, document, *(cells[at] for at in places))):
                    records.append(AnnotatedRecord(whole, [], line, document))
                if start.isdecimal() and end.isdecimal() and label:
                    shown = original_cell(cells[surface]) if surface >= 0 else ""
                    records[-1].spans.append(Span(int(start), int(end), label, shown or None, line))
                elif start or end or label:
                    found = ", ".join(repr(cell) for cell in (start, end, label))
                    message = f"expected a start, an end and a label, or none of them, found {found}"
                    faults.append(Finding(name, line, FindingKind.MALFORMED_ROW, message))
                left_out.update(header[at] for at in unread if cells[at])
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"can't be read from here on ({error}); put a text with a quote in quotes, and double the quote"
        faults.append(Finding(name, line, FindingKind.MALFORMED_ROW, message))
    split = split_of_records(records, name)
    split.faults.extend(faults)
    split.faults.sort(key=lambda fault: fault.line)
    split.losses.extend(find_unused_columns(name, 1, left_out))
    return split


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write one row per entity, with the number of its sentence. Returns what the format can't store."""
    losses: list[Finding] = []
    labels = replace_in_labels(sentences, UNWRITABLE, losses)
    with_documents = any(sentence.document for sentence in sentences)
    with atomic_writer(path) as file:
        table = csv.writer(file, delimiter=delimiter_by_suffix(path), lineterminator="\r\n")
        table.writerow(["id", "text", "start", "end", "label", "entity", *["document"] * with_documents])
        for number, sentence in enumerate(sentences, 1):
            text = replace_line_ends(sentence, UNWRITABLE, losses)
            document = [sentence.document] * with_documents
            spans: list[tuple[object, ...]] = [
                (each.start, each.end, labels[each.label], text[each.start : each.end]) for each in sentence.entities
            ]
            for span in spans or [("", "", "", "")]:
                table.writerow(map(harmless_cell, [number, text, *span, *document]))
    return losses


def _wrong_header(header: Sequence[str]) -> str:
    """What is wrong with a header, "" if nothing."""
    if {"file", "line", "text"} <= {*header} and "sentence" not in header:
        return _ENTITIES_ALONE
    return "" if has_columns(header) else f"has the columns {', '.join(header):.100}; expected text, start, end, label"
