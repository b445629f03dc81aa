"""The texts of files, one by one: lines, JSON lines, rows of a table, paragraphs, or sentences of an annotated file."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from ner.bounded_json import parse_json
from ner.data.corpus import read_file
from ner.data.formats.conll_columns import looks_like_conll
from ner.data.formats.registry import format_by_suffix
from ner.data.likely_encoding import recognise
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import check_encoding, decode
from ner.errors import InputError, raise_faults
from ner.records.live_lines import LiveLines, until_pauses
from ner.records.name_problems import idle_options, name_problems
from ner.records.office_files import read_paragraphs
from ner.records.record import Item, Place, Record
from ner.records.remote_files import is_url
from ner.records.row_readers import (
    Lines,
    read_delimited,
    read_excel,
    read_head,
    read_json_lines,
    read_lines,
    read_parquet,
)
from ner.records.source_files import (
    DELIMITED,
    EXCEL,
    JSON_LINES,
    PARQUET,
    STANDARD_INPUT,
    TEXT_FILES,
    WITH_COLUMNS,
    WORD,
    exists,
    find_files,
    is_packed,
    match_names,
    open_file,
    reads_once,
    stored_name,
    suffix,
)
from ner.records.survey import Survey
from ner.records.text_options import TextOptions

_BEGINNING = Place()
_HEAD = 20  # lines by which an annotated file is recognised
_LONGEST_LINE = 200  # characters of them
_SAVE_AS = "save it as {} with the program that it is from"
_REFUSED = {
    ".pdf": "take the text out of the PDF first, for example with pdftotext",
    **dict.fromkeys((".html", ".htm", ".mht"), "save the text of the page first: in a browser, Save as, Text"),
    **dict.fromkeys((".doc", ".rtf", ".odt", ".wps"), _SAVE_AS.format(".docx")),
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".et"), _SAVE_AS.format(".xlsx")),
    **dict.fromkeys((".ppt", ".pptx"), _SAVE_AS.format("text")),
    **dict.fromkeys((".rar", ".7z", ".tar", ".tgz", ".bz2", ".xz"), "unpack it, or pack the files with zip"),
}


class TextFiles:
    """The texts of files.

    - A folder stands for the text files in it, at any depth, and a zip archive for those in it. A pattern such as
      `texts/*.txt` stands for what matches it. Of other files, `.gz` or `.zst` at the end means that gzip or zstd has
      packed them.
    - In files that end in .jsonl or .ndjson, a record is a JSON object, with its text in `text_column` or "text". So is
      a line of standard input if `text_column` is given.
    - In .csv, .tsv, .xlsx and .parquet, a record is a row, with its text in `text_column`.
    - In .docx, a record is a paragraph.
    - In other files, a record is a line, without byte order mark and line end.
    - With `format`, a record is a sentence of an annotated file, with its entities.

    Args:
        names: the files, folders, archives, patterns and URLs; `-` is standard input.
        options: how they are read.
        skip: whether what can't be read is passed over.

    Raises:
        InputError: some files can't be read in this way. The message lists all of them.
        OSError: a folder can't be read.
    """

    def __init__(self, names: Iterable[str], options: TextOptions | None = None, *, skip: bool = False) -> None:
        self.options = options or TextOptions()
        self._encodings: dict[str, str] = {}
        self._live: LiveLines | None = None  # standard input, while it is read
        self._all_known = False
        self.looks_like_json = False
        """Whether the first line of standard input, which was read as a text, is a JSON object."""
        self.skip = skip
        self.given = given = match_names(names)
        if self.options.encoding is not None:
            check_encoding(self.options.encoding)
        self.names, self.left_out = (given, []) if self.options.format else find_files(given, self.options.include)
        if problems := [*self._problems(given)]:
            raise InputError("\n".join(problems))

    def records(self) -> Iterator[Record]:
        """Read the records, in constant memory but for annotated files.

        Raises:
            InputError: a file has other content, or another encoding.
            OSError: a file can't be read.
        """
        for item in self.items():
            if not isinstance(item.content, InputError):
                yield item.content
            elif not self.skip:
                raise item.content

    def items(self, start: Place = _BEGINNING, watch: Callable[[str], None] | None = None) -> Iterator[Item]:
        """Read the records, and what is wrong with some, from a place on.

        Args:
            start: where to begin. What is before it in its file is read too, and passed over, unless the file
                `can_skip_to` it.
            watch: called with the name of each file before it is read.

        Raises:
            OSError: a file can't be read.
        """
        for number in range(start.file, len(self.names)):
            if watch is not None:
                watch(self.names[number])
            yield from self._items_of(number, start if number == start.file else _BEGINNING)

    def parts(self) -> Iterator[Iterator[Record]]:
        """Read the records in parts that end where standard input pauses, so that each can be answered at once.

        Raises:
            InputError: a file has other content, or another encoding.
            OSError: a file can't be read.
        """
        return until_pauses(self.records(), lambda seconds: self._live is None or self._live.has_line(seconds))

    def _items_of(self, number: int, start: Place = _BEGINNING) -> Iterator[Item]:
        """The items of one file. Where it can't be read on, its last item says why."""
        name, record = self.names[number], start.record
        try:
            skips = record and self.can_skip_to(name)
            for content in self._read(name, start) if skips else islice(self._read(name), record, None):
                yield Item(number, record, content)
                record += 1
        except InputError as error:
            yield Item(number, record, error)

    def can_skip_to(self, name: str) -> bool:
        """Whether a file can be read from a place on without what is before it: not if it is packed, for example."""
        if self.options.format or stored_name(name) != name or is_packed(name):
            return False
        return suffix(name) == PARQUET or (self.has_lines(name) and not self._encoding(name).startswith("utf-16"))

    def has_lines(self, name: str) -> bool:
        """Whether a file is text, in which a place has a line and a byte."""
        return not self.options.format and suffix(name) not in (PARQUET, EXCEL, WORD)

    def first_line(self, name: str) -> str:
        """The first line of a text file that is not blank, without its end; empty if there is none.

        Raises:
            InputError: the file has another encoding.
            OSError: the file can't be read.
        """
        with self._open_text(name) as file:
            for item in read_lines(name, file):
                if isinstance(item, InputError):
                    raise item
                if item.text.strip():
                    return item.text
        return ""

    def survey(self, watch: Callable[[str], None] | None = None) -> Survey:
        """Read all files once, so that a wrong one is found before the work begins.

        Args:
            watch: called with the name of each file before it is read.

        Raises:
            InputError: some files have other content, or another encoding. The message lists all faults.
            OSError: a file can't be read.
        """
        survey, faults = Survey(), []
        for number, name in enumerate(self.names):
            if reads_once(name):
                survey.whole = False
                continue
            if watch is not None:
                watch(name)
            before, head = survey.texts, list[str]()
            for item in self._items_of(number):
                if isinstance(item.content, InputError):
                    faults.append(str(item.content))
                    continue
                survey.count(item.content)
                if len(head) < _HEAD:
                    head.append(item.content.text[:_LONGEST_LINE])
            if survey.texts == before:
                survey.empty.append(name)
            if not self.options.format and looks_like_conll(head):
                survey.annotated.append(name)
        raise_faults(faults)
        survey.encodings = self.encodings
        return survey

    @property
    def encodings(self) -> dict[str, str]:
        """The encoding of each text file that has been read and is not UTF-8."""
        return {name: encoding for name, encoding in self._encodings.items() if encoding != "utf-8"}

    def know_encodings(self, encodings: Mapping[str, str]) -> None:
        """Take the encodings of an earlier run, so that files are not read to recognise them. All others are UTF-8."""
        self._encodings, self._all_known = dict(encodings), True

    def _problems(self, given: list[str]) -> Iterator[str]:
        """What is wrong with the names and options, before anything is read."""
        yield from name_problems(given, self.names, self.options)
        problems = [problem for name in self.names if (problem := self._problem(name))]
        choosing = [] if STANDARD_INPUT in self.names else ["text_column"]
        yield from problems or idle_options(self.names, self.options, choosing)

    def _problem(self, name: str) -> str | None:
        path, kind, options = Path(name), suffix(name), self.options
        if options.format and options.text_column:
            return f"{name}: `format` {options.format} defines where the text is: leave out `text_column`"
        if name == STANDARD_INPUT:
            return "standard input is read as lines of text: leave out `format`" if options.format else None
        if not exists(name):
            return f"{name}: no such file or folder"
        if is_url(name) and (options.format or kind == ".zip"):
            return f"{name}: annotated files and zip archives are read from the disk: copy it there first"
        if options.format:
            return None
        if kind in _REFUSED:
            return f"{name}: can't be read: {_REFUSED[kind]}"
        if kind == ".json":
            return f"{name}: set `format` to the JSON format of the file, for example label-studio"
        if kind in WITH_COLUMNS and options.text_column is None:
            if columns := self._columns(name):
                return f"{name}: set `text_column` to the column that holds the text; its columns: {columns}"
            return f"{name}: set `text_column` to the column that holds the text"
        if kind not in TEXT_FILES and (annotated := format_by_suffix(path)):
            return f"{name}: set `format` to {annotated.name}; a file in which each line is a text ends in .txt"
        return None

    def _columns(self, name: str) -> str:
        """The columns of a file, "" if they can't be read."""
        from ner.records.column_names import column_names  # which reads its files with this module

        if self.options.columns:
            return self.options.columns
        with suppress(InputError, OSError):
            return ", ".join(column_names(name, self.options.sheet, self.options.encoding))[:_LONGEST_LINE]
        return ""

    def _read(self, name: str, start: Place = _BEGINNING) -> Iterator[Record | InputError]:
        """Read a file, from `start` on if it `can_skip_to` it."""
        options, kind = self.options, suffix(name)
        column = options.text_column or "text"
        if options.format:
            yield from _sentences(
                name, ReadOptions(format=options.format, encoding=options.encoding or "utf-8", unannotated=True)
            )
        elif kind == PARQUET:
            yield from read_parquet(name, column, start.line)
        elif kind == EXCEL:
            yield from read_excel(name, column, options.sheet)
        elif kind == WORD:
            yield from (Record(name, number, text) for number, text in enumerate(read_paragraphs(name), 1))
        else:
            head: list[str] = []
            if kind in DELIMITED and start.offset and not options.columns:
                with self._open_text(name) as file:
                    head = read_head(name, file, column, quotes=options.quotes)
            with self._open_text(name, start.offset) as file:
                if kind in JSON_LINES or (name == STANDARD_INPUT and options.text_column):
                    yield from read_json_lines(name, file, column, start.line)
                elif kind in DELIMITED:
                    names = options.column_names
                    yield from read_delimited(name, file, column, head, start.line, names, quotes=options.quotes)
                else:
                    records = read_lines(name, file, start.line)
                    yield from self._look_at_first(records) if name == STANDARD_INPUT else records

    def _look_at_first(self, records: Iterator[Record | InputError]) -> Iterator[Record | InputError]:
        for first in islice(records, 1):
            self.looks_like_json = isinstance(first, Record) and _is_object(first.text)
            yield first
        yield from records

    @contextmanager
    def _open_text(self, name: str, offset: int = 0) -> Iterator[Lines]:
        # Only \n ends a line. Other characters that Python takes for line ends are part of the text.
        encoding, errors = self._encoding(name), "surrogateescape" if self.skip else "strict"
        try:
            if name == STANDARD_INPUT:
                self._live = LiveLines(sys.stdin.buffer, encoding)
                yield self._live
                self._live = None
                return
            with open_file(name) as packed:
                if offset:
                    packed.seek(offset)
                yield io.TextIOWrapper(packed, encoding, errors, newline="\n")
        except UnicodeError as error:
            if not reads_once(name):
                with open_file(name) as packed:
                    decode(packed.read(), name, encoding)  # its error has the line and the likely encoding
            raise InputError(
                f"{name} is not {encoding}: set `encoding` to the encoding of the file, for example gb18030"
            ) from error

    def _encoding(self, name: str) -> str:
        """The encoding of a file: the one that was given, or else the only one that its content fits."""
        if self.options.encoding is not None:
            return self.options.encoding
        if reads_once(name):
            return "utf-8"
        if self._all_known:
            return self._encodings.get(name, "utf-8")
        if name not in self._encodings:
            with open_file(name) as file:
                fitting = recognise(file)
            if len(fitting) > 1:
                raise InputError(f"{name}: is not UTF-8, and may be {' or '.join(fitting)}: set `encoding` to one")
            self._encodings[name] = fitting[0] if fitting else "utf-8"
        return self._encodings[name]


def _is_object(line: str) -> bool:
    """Whether a line is a JSON object."""
    try:
        return isinstance(parse_json(line), dict)
    except ValueError:
        return False


def text_records(texts: Iterable[str]) -> Iterator[Record]:
    """Make records of texts, without a file and with numbers from 1 as their lines.

    Raises:
        InputError: a text has half of a surrogate pair, which comes from a terminal with another encoding.
    """
    for number, text in enumerate(texts, 1):
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(f"text {number} is not valid in the encoding of the terminal: put it into a file")
        yield Record("", number, text)


def _sentences(name: str, options: ReadOptions) -> Iterator[Record]:
    for sentence in read_file(name, options).sentences:
        fields = {"document": sentence.document} if sentence.document else {}
        yield Record(sentence.path, sentence.line, sentence.text, fields, sentence.entities)
