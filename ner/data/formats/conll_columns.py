"""The columns of one CoNLL file: from its lines to a token and a tag for each, or what is wrong with it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ner.data.finding_kinds import FindingKind
from ner.data.formats.rows import Problem, Rows, likely_tag, quote, unknown_tag
from ner.data.formats.tally import format_count
from ner.data.formats.text_lines import DOCUMENT_START, Line, Lines
from ner.data.schemes import is_tag
from ner.errors import InputError

LONGEST_TOKEN = 1000
"""Characters; a longer token is taken for a file that isn't in columns."""

_SAYS_NOTHING = ("", "-", "_")
"""What stands in columns for want of anything else."""

_NAMED_COMMENT = re.compile(r"#\s*([\w.-]+)[^=]*=")
"""As in CoNLL-U: `# sent_id = 12`."""

_EMPTY_TOKEN = "if the token is a space, put a tab between it and its tag"


class _Layout(NamedTuple):
    """The columns of the token and the tag (from 1, or negative from the end); how many most lines have."""

    token: int
    tag: int
    width: int


@dataclass(slots=True)
class _Meaning:
    """What a line says in its file: a token and its tag, with tag None a boundary, with tag "" what can't be read.

    `left_out` names what else it says.
    """

    token: str = ""
    tag: str | None = None
    kind: FindingKind = FindingKind.MALFORMED_LINE
    problem: str = ""
    mended: str = ""
    comment: bool = False
    left_out: list[str] = field(default_factory=list)


def _malformed(problem: str) -> _Meaning:
    return _Meaning(tag="", problem=problem)


def _meaning(line: Line, layout: _Layout) -> _Meaning:
    columns = line.columns
    width = len(columns)
    if line.broken:
        return _malformed(line.broken)
    if not columns or columns[0] == DOCUMENT_START:
        return _Meaning()
    if line.hash and (width != layout.width or not is_tag(_column(columns, layout.tag))):
        if columns == ["#"] or line.document:
            return _Meaning(comment=True)
        named = _NAMED_COMMENT.match(" ".join(columns))
        return _Meaning(comment=True, left_out=[f"comment '# {named[1]}'" if named else "comment"])
    if width == 1 and line.indented:
        return _malformed(f"the token column is empty before {quote(columns[0])}; {_EMPTY_TOKEN}")
    if width == 1:
        return _malformed(f"one column, {quote(columns[0])}; expected a token and a tag")
    if width != layout.width and min(layout.token, layout.tag) < 0:
        return _malformed(f"{width} columns; most lines of this file have {layout.width}")
    if abs(layout.token) > width:
        return _malformed(f"{width} columns; expected a token in column {layout.token}")
    if abs(layout.tag) > width:
        return _malformed(f"{width} columns; expected a tag in column {layout.tag}")
    meaning = _parse_tag(_column(columns, layout.token), _column(columns, layout.tag))
    if width > 2:
        meaning.left_out = _beside(columns, layout)
    return meaning


def _parse_tag(token: str, tag: str) -> _Meaning:
    if not token:
        return _malformed(f"the token column is empty; {_EMPTY_TOKEN}")
    if len(token) > LONGEST_TOKEN:
        return _malformed(f"a token of {len(token):,} characters; each line holds one token")
    if is_tag(tag):
        return _Meaning(token, tag)
    problem = unknown_tag(tag)
    token, tag = (token, likely_tag(tag)) if problem.mended else ("", "")
    return _Meaning(token, tag, problem.kind, problem.message, problem.mended)


def _beside(columns: Sequence[str], layout: _Layout) -> list[str]:
    """Names the columns beside token and tag that say something, which the number of a token does not."""
    read = {number if number > 0 else len(columns) + 1 + number for number in (layout.token, layout.tag)}
    return [
        f"column {number}"
        for number, column in enumerate(columns, 1)
        if number not in read and not (number == 1 and column.isdecimal()) and column not in _SAYS_NOTHING
    ]


def read_rows(lines: Lines, name: str, token_column: int | None = None, tag_column: int | None = None) -> Rows:
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
    layout = _find_layout(lines, token_column, tag_column)
    meanings = [_meaning(line, layout) for line in lines.distinct]
    tokens = lines.spread([meaning.token for meaning in meanings])
    rows = Rows(tokens, lines.spread([meaning.tag for meaning in meanings]), range(len(tokens)))
    for n in lines.where(meaning.problem for meaning in meanings):
        meaning = meanings[lines.ids[n]]
        rows.faults.append(Problem(n, meaning.kind, meaning.problem, meaning.mended))
    comments = lines.where(meaning.comment for meaning in meanings)
    for n in [n for n in comments if rows.tags[n - 1] is not None]:
        rows.tags[n] = ""
        shown = quote(" ".join(lines.distinct[lines.ids[n]].columns))
        rows.faults.append(
            Problem(n, FindingKind.MALFORMED_LINE, f"a comment inside a sentence, or a # without its tag: {shown}")
        )
    rows.documents.update(_documents(lines, meanings, name))
    rows.oddities.extend(_mixed_delimiters(lines, meanings))
    rows.oddities.extend(_empty_sentences(lines, meanings))
    rows.losses.extend(_find_left_out(lines, meanings))
    return rows


def _documents(lines: Lines, meanings: Sequence[_Meaning], name: str) -> Iterator[tuple[int, str]]:
    """The boundaries that begin a document, and its name."""
    number = 0
    begins = (line.document and meaning.tag is None for line, meaning in zip(lines.distinct, meanings, strict=True))
    for n in lines.where(begins):
        line = lines.distinct[lines.ids[n]]
        if line.hash:
            yield n, " ".join(line.columns).partition("id = ")[2]
        else:
            number += 1
            yield n, f"{name}-{number}"


def _find_left_out(lines: Lines, meanings: Sequence[_Meaning]) -> Iterator[Problem]:
    """What is left out of the lines, each sort of it once, with the first line that has it."""
    totals: Counter[str] = Counter()
    for meaning, count in zip(meanings, lines.counts, strict=True):
        for thing in meaning.left_out:
            totals[thing] += count
    for thing, total in totals.items():
        first = lines.where(thing in meaning.left_out for meaning in meanings)[0]
        yield Problem(first, FindingKind.FIELD_LEFT_OUT, format_count(thing, total, "line"))


def _mixed_delimiters(lines: Lines, meanings: Sequence[_Meaning]) -> list[Problem]:
    """The first of the lines that are separated otherwise than most."""
    sizes = Counter[bool]()
    for line, meaning, count in zip(lines.distinct, meanings, lines.counts, strict=True):
        if meaning.tag:
            sizes[line.tabs] += count
    if len(sizes) < 2:
        return []
    (usual, _), (other, size) = sizes.most_common()
    both = zip(lines.distinct, meanings, strict=True)
    first = lines.where(meaning.tag and line.tabs is other for line, meaning in both)[0]
    names = {True: "tabs", False: "spaces"}
    message = (
        f"columns between {names[other]}, as in {size:,} line{'s' * (size != 1)} of this file; most have {names[usual]}"
    )
    return [Problem(first, FindingKind.MIXED_DELIMITERS, message)]


def _empty_sentences(lines: Lines, meanings: Sequence[_Meaning]) -> list[Problem]:
    """Blank lines that follow a blank line, with a sentence before them and behind them."""
    blank = np.array([line.blank for line in lines.distinct])[lines.ids]
    found = np.flatnonzero(blank[1:] & blank[:-1]) + 1
    if not len(found):
        return []
    rows = lines.where(meaning.tag is not None for meaning in meanings)
    first, last = (rows[0], rows[-1]) if rows else (0, 0)
    return [
        Problem(n, FindingKind.EMPTY_SENTENCE, "a blank line after a blank line")
        for n in found.tolist()
        if first < n < last
    ]


def _find_layout(lines: Lines, token_column: int | None, tag_column: int | None) -> _Layout:
    widths: Counter[int] = Counter()
    numbered = 0
    for line, count in zip(lines.distinct, lines.counts, strict=True):
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
