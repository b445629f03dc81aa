"""The rows of Excel files and the paragraphs of Word files."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from ner.errors import InputError
from ner.extras import import_extra
from ner.files import plain_reason
from ner.records.source_files import open_package

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main "  # of "Strict Open XML Document"
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_BREAKS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n"}
_BLOCK = 1 << 16


def read_sheets(name: str, sheet: str | None = None) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """The sheets of an Excel file with their rows. Formulas have the values that Excel computed last.

    Args:
        name: the file.
        sheet: the sheet; None for all.

    Raises:
        InputError: it is no Excel file, is damaged, or has no such sheet.
    """
    openpyxl = import_extra("openpyxl", "", name)
    with open_package(name) as package:
        with _damage_named(name):
            book = openpyxl.load_workbook(package.fp, read_only=True, data_only=True)
            names = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in names:
            raise InputError(f"{name}: has no sheet {sheet!r}; its sheets: {', '.join(names)}")
        for title in names if sheet is None else [sheet]:
            yield title, _rows(book[title], name)


def _rows(sheet: Any, name: str) -> Iterator[list[Any]]:
    sheet.reset_dimensions()  # some programs write a wrong number of rows
    with _damage_named(name):
        for row in sheet.iter_rows(values_only=True):
            yield [_value(cell) for cell in row]


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise InputError(f"{name}: is not an Excel file, or is damaged ({plain_reason(error)})") from error


def read_paragraphs(name: str) -> Iterator[str]:
    """The paragraphs of a Word file, those in tables and text boxes too; not headers, footnotes and comments.

    Raises:
        InputError: it is no Word file, or is damaged.
    """
    with open_package(name) as package:
        try:
            document = package.open("word/document.xml")
        except KeyError:
            raise InputError(f"{name}: is not a Word file: it has no word/document.xml") from None
        paragraphs = _Paragraphs(name)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = paragraphs.start
        parser.EndElementHandler = paragraphs.end
        parser.CharacterDataHandler = paragraphs.characters
        parser.StartDoctypeDeclHandler = paragraphs.refuse
        try:
            with document:
                while block := document.read(_BLOCK):
                    parser.Parse(block)
                    yield from paragraphs.take()
            parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:  # the last two come of other encodings
            raise InputError(f"{name}: is damaged ({plain_reason(error)})") from None


class _Paragraphs:
    """Collects the texts of paragraphs from the elements of a document."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[list[str]] = []  # a text box in a paragraph has paragraphs of its own
        self._done: list[str] = []
        self._in_text = False
        self._properties = 0  # of paragraphs, which list the positions of tabs
        self._fallbacks = 0  # what older versions show in place of a text box: the same text again

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.replace(_STRICT, _WORD)
        self._fallbacks += tag == _FALLBACK
        self._properties += tag == f"{_WORD}pPr"
        self._in_text = tag == f"{_WORD}t"
        if tag == f"{_WORD}p":
            self._open.append([])
        elif tag in _BREAKS and not self._properties:
            self._add(_BREAKS[tag])

    def end(self, tag: str) -> None:
        self._in_text = False
        tag = tag.replace(_STRICT, _WORD)
        if tag == f"{_WORD}p":
            text = "".join(self._open.pop())
            if not self._fallbacks:
                self._done.append(text)
        self._fallbacks -= tag == _FALLBACK
        self._properties -= tag == f"{_WORD}pPr"

    def characters(self, text: str) -> None:
        if self._in_text:
            self._add(text)

    def refuse(self, *declaration: Any) -> None:
        raise InputError(f"{self._name}: has a document type declaration, which no Word file has: save it again")

    def take(self) -> list[str]:
        """The paragraphs that have ended since the last call."""
        done, self._done = self._done, []
        return done

    def _add(self, text: str) -> None:
        if self._open and not self._fallbacks:
            self._open[-1].append(text)


def _value(cell: Any) -> Any:
    """A cell as a table keeps it. Excel has no dates without a time: one at midnight is a date."""
    is_date = isinstance(cell, datetime.datetime) and cell.time() == datetime.time()
    return cell.date() if is_date else cell
