"""The texts of files that a classifier reads: those of tables are found by the names of their columns."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ner.classifying.label_options import LabelOptions
from ner.classifying.text_columns import TextColumns, choose_columns
from ner.data.formats.registry import format_by_suffix
from ner.errors import InputError, raise_faults
from ner.records.column_names import column_names
from ner.records.name_problems import idle_options, name_problems
from ner.records.record import Record
from ner.records.source_files import (
    DELIMITED,
    EXCEL,
    JSON_LINES,
    STANDARD_INPUT,
    TEXT_FILES,
    WITH_COLUMNS,
    find_files,
    match_names,
    suffix,
)
from ner.records.survey import Survey
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions


class FileOfTexts(NamedTuple):
    """A file, its columns if it has some, and what reads its records."""

    columns: TextColumns | None
    texts: TextFiles


def open_texts(name: str, options: LabelOptions) -> FileOfTexts:
    """Prepare a file for reading.

    Raises:
        InputError: it can't be read, or has no column of texts.
        OSError: it can't be read.
    """
    kind = suffix(name)
    if kind == ".json" or format_by_suffix(Path(name)):
        check_ending(name)
    if name == STANDARD_INPUT or kind not in (*WITH_COLUMNS, *JSON_LINES):
        return FileOfTexts(None, TextFiles([name], TextOptions(encoding=options.encoding)))
    given = options.column_names if kind in DELIMITED else None
    columns = choose_columns(name, given or column_names(name, options.sheet, options.encoding), options)
    reading = TextOptions(
        text_column=columns.text,
        columns=options.columns if kind in DELIMITED else None,
        sheet=options.sheet if kind == EXCEL else None,
        encoding=options.encoding,
        quotes=options.quotes,
    )
    return FileOfTexts(columns, TextFiles([name], reading))


def check_ending(name: str) -> None:
    """Make sure that the ending of a file is one that tells how it is read.

    Raises:
        InputError: it is another one.
    """
    if suffix(name) == ".json":
        raise InputError(f"{name}: if each line is a JSON object, let the name end in .jsonl; no other JSON is read")
    if suffix(name) not in TEXT_FILES:
        raise InputError(f"{name}: expected a name that ends in one of {', '.join(TEXT_FILES)}")


class LabelFiles:
    """The texts, or pairs of texts, of several files.

    Args:
        names: files, folders and zip archives; `-` is standard input.
        options: how they are read.

    Raises:
        InputError: a file can't be read.
        OSError: a file can't be read.
    """

    def __init__(self, names: Iterable[str], options: LabelOptions) -> None:
        given = match_names(names)
        found = find_files(given, options.include).names
        idle = idle_options(found, options, ("text_column", "pair_column"))
        raise_faults([*name_problems(given, found, options), *idle])
        self._files = [open_texts(name, options) for name in found]

    def survey(self) -> Survey:
        """Read all files once, so that a wrong one is found before the work begins.

        Raises:
            InputError: a file has other content, or another encoding.
            OSError: a file can't be read.
        """
        total, columns = Survey(), dict[str, None]()
        for file in self._files:
            one = file.texts.survey()
            total.texts += one.texts
            total.characters += one.characters
            total.whole = total.whole and one.whole
            columns.update(dict.fromkeys(one.columns))
        total.columns = [*columns]
        return total

    def pairs(self) -> Iterator[tuple[Record, str | None]]:
        """The records, each with the second text of its pair; None if the file has single texts.

        Raises:
            InputError: as for `survey`.
            OSError: a file can't be read.
        """
        for columns, texts in self._files:
            for record in texts.records():
                pair = None
                if columns and columns.pair is not None:
                    value = record.fields.get(columns.pair)
                    pair = "" if value is None else str(value)
                yield record, pair
