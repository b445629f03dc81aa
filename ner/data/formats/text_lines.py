r"""The lines of a file in columns. Each distinct line is parsed once: of two million, some ten thousand differ.

Columns are separated by tabs if the line has a tab, and by runs of spaces otherwise. No other character is a
separator: U+3000, U+00A0 or U+2028 may be tokens. Lines end in \n or \r\n.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ner.data.schemes import is_tag

DOCUMENT_START = "-DOCSTART-"
NEW_DOCUMENT = "# newdoc"
"""The start of a comment that starts a document, as in CoNLL-U: `# newdoc id = NAME`. Without a name it ends one."""

_Value = TypeVar("_Value")


class Line:
    """A parsed line. `broken` says why it can't be read, "" if it can."""

    __slots__ = ("blank", "broken", "columns", "document", "hash", "indented", "tabs")

    def __init__(self, raw: str) -> None:
        line = raw.removesuffix("\n").removesuffix("\r").rstrip(" \t")
        self.blank = not line
        self.tabs = "\t" in line
        self.hash = line.startswith("#")
        self.document = line.startswith((DOCUMENT_START, NEW_DOCUMENT))
        self.indented = line.startswith(" ")
        self.broken = ""
        self.columns: list[str] = []
        if "\0" in line:
            self.broken = "a NUL character, which no text has"
        elif "\r" in line:
            self.broken = "a carriage return inside the line; lines end in \\n or \\r\\n"
        elif self.tabs:
            self.columns = [column.strip(" ") or column for column in line.split("\t")]
        else:
            self.columns = [column for column in line.split(" ") if column]

    @property
    def holds_token(self) -> bool:
        """Whether the line has a token in every layout."""
        return bool(self.columns) and not self.hash and self.columns[0] != DOCUMENT_START

    @property
    def numbered(self) -> bool:
        """Whether the line looks like Universal NER: number, token, tag, two more columns."""
        columns = self.columns
        return len(columns) == 5 and columns[0].isdecimal() and is_tag(columns[2])


@dataclass(frozen=True)
class Lines:
    """The lines of a file, with an empty line before the first and after the last.

    Args:
        distinct: each distinct line once, in order of first occurrence.
        ids: for each number of a line, its index in `distinct`.
    """

    distinct: list[Line]
    ids: npt.NDArray[np.int32]

    @property
    def counts(self) -> list[int]:
        """How often each distinct line is in the file."""
        counts: list[int] = np.bincount(self.ids).tolist()
        return counts

    @property
    def first(self) -> list[int]:
        """The number of the first line that is equal to each distinct line."""
        numbers: list[int] = np.unique(self.ids, return_index=True)[1].tolist()
        return numbers

    def spread(self, values: Sequence[_Value]) -> list[_Value]:
        """The value of each line, given the values of the distinct lines."""
        table = np.empty(len(values), dtype=object)
        table[:] = values
        spread: list[_Value] = table[self.ids].tolist()
        return spread

    def where(self, holds: Iterable[object]) -> list[int]:
        """The numbers of the lines for which something is true, given the distinct lines for which it is."""
        numbers: list[int] = np.flatnonzero(np.array([bool(it) for it in holds])[self.ids]).tolist()
        return numbers


def parse_lines(text: str) -> Lines:
    """Parse the lines of a file, numbered from 1."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    boundary = numbers[""]
    ids = np.fromiter(chain([boundary], map(numbers.__getitem__, io.StringIO(text)), [boundary]), np.int32)
    return Lines([Line(raw) for raw in numbers], ids)
