r"""The lines of one CoNLL file: from text to a token and a tag for each line, or what is wrong with it.

A token and its tag stand in columns, separated by tabs if the line has a tab and by runs of spaces otherwise.
No other character separates anything: U+3000, U+00A0 or U+2028 may be tokens. Lines end in \n or \r\n.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ner.data.schemes import OUTSIDE, PREFIXES, is_tag
from ner.errors import InputError

LONGEST_TOKEN = 1000
"""Characters; a longer token is taken for a file that isn't in columns."""

DOCUMENT_START = "-DOCSTART-"
NEW_DOCUMENT = "# newdoc"
"""Begins a comment that begins a document, as in CoNLL-U: `# newdoc id = NAME`."""

_EMPTY_TOKEN = "if the token is a space, put a tab between it and its tag"


class Problem(NamedTuple):
    """What is wrong with a row, by its index; `mended` as in Finding."""

    row: int
    kind: str
    message: str
    mended: str = ""


@dataclass(frozen=True)
class Rows:
    """Tokens and their tags, row by row, with a boundary before and after each sentence.

    `tags` has None at a boundary, and "" on a row that can't be read; `tokens` has "" on both. `lines` are the line
    numbers of the rows. `documents` has the name of each document by the boundary that begins it.
    """

    tokens: list[str]
    tags: list[str | None]
    lines: Sequence[int]
    faults: list[Problem] = field(default_factory=list)
    oddities: list[Problem] = field(default_factory=list)
    documents: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Layout:
    """The columns of the token and the tag (from 1, or negative from the end); how many most lines have."""

    token: int
    tag: int
    width: int


class _Line:
    """One distinct line, shared by all places where it stands; `read` fills in what it means in its file."""

    __slots__ = (
        "blank",
        "columns",
        "comment",
        "document",
        "hash",
        "indented",
        "kind",
        "mended",
        "problem",
        "tabs",
        "tag",
        "token",
    )

    def __init__(self, raw: str) -> None:
        self.token = ""
        self.tag: str | None = None
        self.kind = self.problem = self.mended = ""
        self.comment = False
        self.columns: list[str] = []
        line = raw.removesuffix("\n").removesuffix("\r").rstrip(" \t")
        self.blank = not line
        self.tabs = "\t" in line
        self.hash = line.startswith("#")
        self.document = line.startswith((DOCUMENT_START, NEW_DOCUMENT))
        self.indented = line.startswith(" ")
        if "\0" in line:
            self.fail("a NUL character, which no text has")
        elif "\r" in line:
            self.fail("a carriage return inside the line; lines end in \\n or \\r\\n")
        elif self.tabs:
            self.columns = [column.strip(" ") or column for column in line.split("\t")]
        else:
            self.columns = [column for column in line.split(" ") if column]

    def fail(self, problem: str, kind: str = "malformed line") -> None:
        self.tag, self.kind, self.problem = "", kind, problem

    @property
    def holds_token(self) -> bool:
        """Whether the line is certainly meant to hold a token, whatever the layout."""
        return bool(self.columns) and not self.hash and self.columns[0] != DOCUMENT_START

    @property
    def numbered(self) -> bool:
        """Whether it looks like a line of Universal NER: number, token, tag, two more columns."""
        columns = self.columns
        return len(columns) == 5 and columns[0].isdecimal() and is_tag(columns[2])

    def read(self, layout: _Layout) -> None:
        """Sets `token` and `tag`, `comment`, or `problem`."""
        columns = self.columns
        if not columns or columns[0] == DOCUMENT_START:
            return
        width = len(columns)
        if self.hash and (width != layout.width or not is_tag(_column(columns, layout.tag))):
            self.comment = True
        elif width == 1 and self.indented:
            self.fail(f"the token column is empty before {_quote(columns[0])}; {_EMPTY_TOKEN}")
        elif width == 1:
            self.fail(f"one column, {_quote(columns[0])}; expected a token and a tag")
        elif width != layout.width and min(layout.token, layout.tag) < 0:
            self.fail(f"{width} columns; most lines of this file have {layout.width}")
        elif abs(layout.token) > width:
            self.fail(f"{width} columns; expected a token in column {layout.token}")
        elif abs(layout.tag) > width:
            self.fail(f"{width} columns; expected a tag in column {layout.tag}")
        else:
            self._set(_column(columns, layout.token), _column(columns, layout.tag))

    def _set(self, token: str, tag: str) -> None:
        if not token:
            self.fail(f"the token column is empty; {_EMPTY_TOKEN}")
        elif len(token) > LONGEST_TOKEN:
            self.fail(f"a token of {len(token):,} characters; each line holds one token")
        elif not is_tag(tag):
            known = ", ".join(PREFIXES)
            meant = likely_tag(tag)
            hint = f"; did you mean {meant}?" if meant else ""
            expected = f"expected O, or one of {known} with a hyphen and a type (B-PER)"
            self.fail(f"unknown tag {_quote(tag)}; {expected}{hint}", "unknown tag")
            if meant:
                self.token, self.tag, self.mended = token, meant, f"read as {meant}"
        else:
            self.token, self.tag = token, tag


class _Lines(dict[str, _Line]):
    """Reads each distinct line once: two million lines of a character and a tag are some ten thousand."""

    def __missing__(self, raw: str) -> _Line:
        line = self[raw] = _Line(raw)
        return line


def read_rows(text: str, token_column: int | None = None, tag_column: int | None = None) -> Rows:
    """The tokens and tags of a file's lines.

    By default the token stands in the first column and the tag in the last, or in the second and third if
    most lines are those of Universal NER (`1<tab>token<tab>tag<tab>-<tab>-`). `token_column` and `tag_column`
    say otherwise, counted from 1, or from the end if negative.

    Blank lines and -DOCSTART- lines end a sentence. A line that begins with "#" holds a token if it has as
    many columns as most other lines, and a tag where they have it ("# O"). Otherwise it is a comment, which
    stands before the first token of a sentence; below a token it is a fault, for it may be a "#" that has
    lost its tag. -DOCSTART- and `# newdoc` begin a document.

    The row at an index is the line of that number. Raises InputError if the columns make no sense; all else ends in
    `Rows.faults`.
    """
    if token_column == 0 or tag_column == 0:
        raise InputError("expected columns counted from 1, or from the end with -1 for the last, got 0")
    if token_column is not None and token_column == tag_column:
        raise InputError(f"expected two columns, got {token_column} for both the token and the tag")
    boundary = _Line("")
    lines = [boundary, *map(_Lines().__getitem__, io.StringIO(text)), boundary]
    counts = Counter(lines)
    layout = _find_layout(counts, token_column, tag_column)
    for line in counts:
        line.read(layout)
    rows = Rows([line.token for line in lines], [line.tag for line in lines], range(len(lines)))
    if any(line.problem for line in counts):
        rows.faults.extend(
            Problem(n, line.kind, line.problem, line.mended) for n, line in enumerate(lines) if line.problem
        )
    if any(line.comment for line in counts):
        inside = [n for n, line in enumerate(lines) if line.comment and rows.tags[n - 1] is not None]
        for n in inside:
            shown = _quote(" ".join(lines[n].columns))
            rows.tags[n] = ""
            rows.faults.append(
                Problem(n, "malformed line", f"a comment inside a sentence, or a # without its tag: {shown}")
            )
    if any(line.document for line in counts):
        starts = (n for n, line in enumerate(lines) if line.document and line.tag is None)
        for count, n in enumerate(starts, 1):
            rows.documents[n] = " ".join(lines[n].columns).partition("id = ")[2] or str(count)
    rows.oddities.extend(_mixed_delimiters(lines, counts))
    rows.oddities.extend(_empty_sentences(lines))
    return rows


def likely_tag(tag: str) -> str:
    """The tag that is meant by one that is almost a tag, such as b-PER, B_PER, PER-B, o or 0; "" if none is."""
    if tag in ("o", "0", "〇", "Ｏ"):
        return OUTSIDE
    for separator in "-_":
        left, _, right = tag.partition(separator)
        if right and left.upper() in PREFIXES:
            return f"{left.upper()}-{right}"
        left, _, right = tag.rpartition(separator)
        if left and right.upper() in PREFIXES:
            return f"{right.upper()}-{left}"
    return ""


def _mixed_delimiters(lines: list[_Line], counts: Counter[_Line]) -> list[Problem]:
    """The first of the lines that are separated otherwise than most."""
    sizes = Counter[bool]()
    for line, count in counts.items():
        if line.tag:
            sizes[line.tabs] += count
    if len(sizes) < 2:
        return []
    (usual, _), (other, size) = sizes.most_common()
    first = next(n for n, line in enumerate(lines) if line.tag and line.tabs is other)
    names = {True: "tabs", False: "spaces"}
    message = (
        f"columns between {names[other]}, as in {size:,} line{'s' * (size != 1)} of this file; most have {names[usual]}"
    )
    return [Problem(first, "mixed delimiters", message)]


def _empty_sentences(lines: list[_Line]) -> list[Problem]:
    """Blank lines that follow a blank line, with a sentence before them and behind them."""
    boundaries = [n for n, line in enumerate(lines) if line.tag is None]
    found = [
        after
        for before, after in pairwise(boundaries)
        if after == before + 1 and lines[before].blank and lines[after].blank
    ]
    first = next((n for n, line in enumerate(lines) if line.tag is not None), len(lines))
    last = next((n for n in reversed(range(len(lines))) if lines[n].tag is not None), 0)
    return [Problem(n, "empty sentence", "a blank line after a blank line") for n in found if first < n < last]


def _find_layout(counts: Counter[_Line], token_column: int | None, tag_column: int | None) -> _Layout:
    widths: Counter[int] = Counter()
    numbered = 0
    for line, count in counts.items():
        if line.holds_token and len(line.columns) > 1:
            widths[len(line.columns)] += count
            numbered += count * line.numbered
    token, tag = (2, 3) if numbered * 2 > widths.total() else (1, -1)
    width = widths.most_common(1)[0][0] if widths else 2
    return _Layout(token_column or token, tag_column or tag, width)


def _column(columns: list[str], number: int) -> str:
    """A column counted from 1, or from the end if negative; "" if there is none."""
    index = number - 1 if number > 0 else len(columns) + number
    return columns[index] if 0 <= index < len(columns) else ""


def _quote(text: str, longest: int = 40) -> str:
    return repr(text) if len(text) <= longest else f"{text[:longest]!r}..."
