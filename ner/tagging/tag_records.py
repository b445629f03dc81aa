"""Tagging files of any size: records in, records out, in order and in constant memory."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice, tee
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ner.files import atomic_writer
from ner.records.entity_writers import WRITERS, FormatName
from ner.records.record import Record

if TYPE_CHECKING:
    from ner.tagging.tagger import Tagger


def tag_records(
    tagger: "Tagger",
    records: Iterable[Record],
    output: Path | None,
    format_name: FormatName,
    progress: Callable[[Record], None],
    *,
    min_score: float = 0.0,
    nbest: int = 0,
) -> None:
    """Tag records into the file `output`, which appears when all is done, or to standard output as they come.

    Entities with a score below `min_score` are left out. With `nbest` each record gets so many readings beside its
    entities, in formats that can hold them. `progress` is called with each record that has been written.

    Raises:
        OSError: the output can't be written.
    """
    records = iter(records)
    first = list(islice(records, 1))  # before anything is written: its fields are the columns, its faults the run's end
    with _open_output(output, format_name) as file:
        writer = WRITERS[format_name](file, list(first[0].fields) if first else [], tagger.types)
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
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # as in files, whatever the terminal's locale is
        yield sys.stdout
        sys.stdout.flush()
        return
    # A spreadsheet program takes CSV for UTF-8 only if it begins with a byte order mark.
    with atomic_writer(output, "utf-8-sig" if format_name == "csv" else "utf-8") as file:
        yield file
