r"""The lines of one CoNLL file: from text to a token and a tag for each line, or what is wrong with it.

A token and its tag stand in columns, separated by tabs if the line has a tab and by runs of spaces otherwise.
No other character separates anything: U+3000, U+00A0 or U+2028 may be tokens. Lines end in \n or \r\n.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ner.data.formats.rows import Problem, Rows, likely_tag, quote, unknown_tag
from ner.data.formats.tally import FIELD_LEFT_OUT, counted
from ner.data.schemes import is_tag
from ner.errors import InputError

LONGEST_TOKEN = 1000
"""Characters; a longer token is taken for a file that isn't in columns."""

DOCUMENT_START = "-DOCSTART-"
NEW_DOCUMENT = "# newdoc"
"""Begins a comment that begins a document, as in CoNLL-U: `# newdoc id = NAME`, or none without a name."""

_SAYS_NOTHING = ("", "-", "_")
"""What stands in columns for want of anything else."""

_NAMED_COMMENT = re.compile(r"#\s*([\w.-]+)[^=]*=")
"""As in CoNLL-U: `# sent_id = 12`."""

_EMPTY_TOKEN = "if the token is a space, put a tab between it and its tag"


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
        "left_out",
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
        self.left_out: list[str] = []
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
        """Sets `token` and `tag`, `comment`, or `problem`; and `left_out`, which names what else the line says."""
        columns = self.columns
        if not columns or columns[0] == DOCUMENT_START:
            return
        width = len(columns)
        if self.hash and (width != layout.width or not is_tag(_column(columns, layout.tag))):
            self.comment = True
            if columns != ["#"] and not self.document:
                named = _NAMED_COMMENT.match(" ".join(columns))
                self.left_out = [f"comment '# {named[1]}'" if named else "comment"]
        elif width == 1 and self.indented:
            self.fail(f"the token column is empty before {quote(columns[0])}; {_EMPTY_TOKEN}")
        elif width == 1:
            self.fail(f"one column, {quote(columns[0])}; expected a token and a tag")
        elif width != layout.width and min(layout.token, layout.tag) < 0:
            self.fail(f"{width} columns; most lines of this file have {layout.width}")
        elif abs(layout.token) > width:
            self.fail(f"{width} columns; expected a token in column {layout.token}")
        elif abs(layout.tag) > width:
            self.fail(f"{width} columns; expected a tag in column {layout.tag}")
        else:
            self._set(_column(columns, layout.token), _column(columns, layout.tag))
            if width > 2:
                self._leave_out(layout)

    def _set(self, token: str, tag: str) -> None:
        if not token:
            self.fail(f"the token column is empty; {_EMPTY_TOKEN}")
        elif len(token) > LONGEST_TOKEN:
            self.fail(f"a token of {len(token):,} characters; each line holds one token")
        elif not is_tag(tag):
            problem = unknown_tag(tag)
            self.fail(problem.message, problem.kind)
            if problem.mended:
                self.token, self.tag, self.mended = token, likely_tag(tag), problem.mended
        else:
            self.token, self.tag = token, tag

    def _leave_out(self, layout: _Layout) -> None:
        """Names the columns beside token and tag that say something, which the number of a token does not."""
        width = len(self.columns)
        read = {number if number > 0 else width + 1 + number for number in (layout.token, layout.tag)}
        for number, column in enumerate(self.columns, 1):
            is_number = number == 1 and column.isdecimal()
            if number not in read and not is_number and column not in _SAYS_NOTHING:
                self.left_out.append(f"column {number}")


class _Lines(dict[str, _Line]):
    """Reads each distinct line once: two million lines of a character and a tag are some ten thousand."""

    def __missing__(self, raw: str) -> _Line:
        line = self[raw] = _Line(raw)
        return line


def read_rows(text: str, name: str, token_column: int | None = None, tag_column: int | None = None) -> Rows:
    """The tokens and tags of the lines of a file; `name` is for its documents that have no name of their own.

    By default the token stands in the first column and the tag in the last, or in the second and third if
    most lines are those of Universal NER (`1<tab>token<tab>tag<tab>-<tab>-`). `token_column` and `tag_column`
    say otherwise, counted from 1, or from the end if negative.

    Blank lines and -DOCSTART- lines end a sentence. A line that begins with "#" holds a token if it has as
    many columns as most other lines, and a tag where they have it ("# O"). Otherwise it is a comment, which
    stands before the first token of a sentence; below a token it is a fault, for it may be a "#" that has
    lost its tag.

    -DOCSTART- begins a document that is named by its number in the file, NAME-1; `# newdoc id = ...` one of that
    name, and a bare `# newdoc` sentences of no document. Other columns and comments are losses.

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
            shown = quote(" ".join(lines[n].columns))
            rows.tags[n] = ""
            rows.faults.append(
                Problem(n, "malformed line", f"a comment inside a sentence, or a # without its tag: {shown}")
            )
    if any(line.document for line in counts):
        rows.documents.update(_documents(lines, name))
    rows.oddities.extend(_mixed_delimiters(lines, counts))
    rows.oddities.extend(_empty_sentences(lines))
    rows.losses.extend(_left_out(lines, counts))
    return rows


def _documents(lines: list[_Line], name: str) -> Iterator[tuple[int, str]]:
    """The boundaries that begin a document, and its name."""
    number = 0
    for n, line in enumerate(lines):
        if line.document and line.tag is None:
            if line.hash:
                yield n, " ".join(line.columns).partition("id = ")[2]
            else:
                number += 1
                yield n, f"{name}-{number}"


def _left_out(lines: list[_Line], counts: Counter[_Line]) -> Iterator[Problem]:
    """What is left out of the lines, each sort of it once, with the first line that has it."""
    totals: Counter[str] = Counter()
    first: dict[str, _Line] = {}
    for line, count in counts.items():
        for thing in line.left_out:
            totals[thing] += count
            first.setdefault(thing, line)
    row = 0
    for thing, line in first.items():
        row = lines.index(line, row)  # `counts`, and so `first`, is in the order of the file
        yield Problem(row, FIELD_LEFT_OUT, counted(thing, totals[thing], "line"))


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
