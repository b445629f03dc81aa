"""Tagging files of any size, in constant memory. The order of the records is kept."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice, tee
from pathlib import Path
from typing import Protocol, TextIO

from ner.files import atomic_writer
from ner.records.entity_writers import WRITERS, CsvWriter, FormatName
from ner.records.record import Record, TaggedText

_ESCAPED = "backslashreplace"  # bytes of file names that are not UTF-8; texts have none


class Reader(Protocol):
    """What finds entities: a `Tagger`, or a `Client` of a service."""

    @property
    def types(self) -> Sequence[str]:
        """The types of the entities."""

    def readings(self, texts: Iterable[str], n: int = 0) -> Iterator[TaggedText]:
        """The entities of each text and its `n` most probable readings, as a stream."""


def tag_records(
    tagger: Reader,
    records: Iterable[Record],
    output: Path | None,
    format_name: FormatName,
    progress: Callable[[Record], None],
    *,
    min_score: float = 0.0,
    nbest: int = 0,
    raw: bool = False,
    sources: bool = False,
) -> None:
    """Tag records and write them.

    Args:
        tagger: the tagger.
        records: the texts. They can be a stream.
        output: the file, which appears when all records are written. None writes to standard output at once.
        format_name: the format of the output.
        progress: called with each record that was written.
        min_score: entities with lower scores are left out.
        nbest: the number of readings of each record, for formats that can store them.
        raw: whether cells of CSV that a spreadsheet would take for a formula stay as they are, without an apostrophe.
        sources: whether tables have columns for the source and the id of entities.

    Raises:
        OSError: the output can't be written.
    """
    records = iter(records)
    first = list(islice(records, 1))  # its fields are the columns; if it can't be read, nothing is written
    with _open_output(output, format_name) as file:
        columns = list(first[0].fields) if first else []
        writer = (
            CsvWriter(file, columns, raw=raw, sources=sources)
            if format_name == "csv"
            else WRITERS[format_name](file, columns, tagger.types)
        )
        ahead, behind = tee(chain(first, records))
        readings = tagger.readings((record.text for record in ahead), nbest)
        for record, (entities, alternatives) in zip(behind, readings, strict=True):
            writer.write(record, [e for e in entities if e.score is None or e.score >= min_score], alternatives)
            progress(record)
        writer.end()


@contextmanager
def _open_output(output: Path | None, format_name: FormatName) -> Iterator[TextIO]:
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(
                encoding="utf-8", errors=_ESCAPED, newline=""
            )  # the same bytes as in files, in any locale
        yield sys.stdout
        sys.stdout.flush()
        return
    # Spreadsheet programs read CSV as UTF-8 only if it begins with a byte order mark.
    with atomic_writer(output, "utf-8-sig" if format_name == "csv" else "utf-8", errors=_ESCAPED) as file:
        yield file
