"""Reading the columns of a CoNLL file: a token and a tag for each line, or what is wrong with the line."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ner.data.finding_kinds import FindingKind
from ner.data.formats.left_out_counts import format_count
from ner.data.formats.rows import Problem, Rows, likely_tag, quote, unknown_tag
from ner.data.formats.text_lines import DOCUMENT_START, Line, Lines
from ner.data.formats.wrong_layout import find_wrong_layout, separator_of
from ner.data.schemes import is_tag
from ner.errors import InputError
from ner.quantities import counted

LONGEST_TOKEN = 1000
"""Characters. A longer token means that the file is not in columns."""

MOST_COLUMNS = 1000
"""A line with more of them is no token with its tag, but a text with spaces."""

_SAYS_NOTHING = ("", "-", "_")
"""What empty columns contain."""

_NAMED_COMMENT = re.compile(r"#\s*([\w.-]+)[^=]*=")
"""A comment with a name, as in CoNLL-U: `# sent_id = 12`."""

_DIGITS = frozenset("0123456789")

_EMPTY_TOKEN = "if the token is a space, put a tab between it and its tag"


class _Layout(NamedTuple):
    """The columns of token and tag (from 1, or negative from the end), and the number of columns in most lines."""

    token: int
    tag: int
    width: int


@dataclass(slots=True)
class _Meaning:
    """What a line means in its file.

    Args:
        token: the token, if there is one.
        tag: its tag; None for a sentence boundary, "" for a line that can't be read.
        kind: the kind of the problem.
        problem: what is wrong, if anything.
        mended: how the line was read in spite of the problem.
        comment: whether the line is a comment.
        left_out: names of other information in the line.
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
    if width == 1 and (separator := separator_of(columns[0])):
        return _malformed(f"token and tag are separated by {separator!r}; expected a tab between them")
    if width == 1:
        return _malformed(f"one column, {quote(columns[0])}; expected a token and a tag")
    if width != layout.width and min(layout.token, layout.tag) < 0:
        return _malformed(f"{width} columns; most lines of this file have {layout.width}")
    if width > MOST_COLUMNS:
        return _malformed(f"{width:,} columns, more than {MOST_COLUMNS:,}; each line holds one token")
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
    """The names of other columns with information. The number of a token is none."""
    read = {number if number > 0 else len(columns) + 1 + number for number in (layout.token, layout.tag)}
    return [
        f"column {number}"
        for number, column in enumerate(columns, 1)
        if number not in read and not (number == 1 and column.isdecimal()) and column not in _SAYS_NOTHING
    ]


def looks_like_conll(lines: Sequence[str]) -> bool:
    """Whether the first lines of a file are tokens with tags."""
    rows = [columns for line in lines if (columns := line.split()) and not line.startswith("#")]
    return len(rows) > 1 and all(len(columns) > 1 and is_tag(columns[-1]) for columns in rows)


def read_rows(lines: Lines, name: str, token_column: int | None = None, tag_column: int | None = None) -> Rows:
    """Read the tokens and tags of a file.

    Blank lines and -DOCSTART- lines end a sentence. A line that starts with "#" has a token if it has as many columns
    as most lines and a tag in the same column ("# O"). Otherwise the line is a comment. A comment must be above the
    first token of a sentence. Below a token it is a fault, because it may be a "#" that lost its tag.

    -DOCSTART- starts a document, whose name is `name` and its number in the file: NAME-1. `# newdoc id = ...` starts a
    document with that name, and `# newdoc` alone starts sentences without a document. Other columns and comments are
    losses. So is the digit that Weibo NER has after each character, its place in the word.

    Args:
        lines: the lines of the file.
        name: the name for documents that have no name of their own.
        token_column: the column of the token, from 1, or negative from the end. By default it is the first column, or
            the second if most lines are in the format of Universal NER (`1<tab>token<tab>tag<tab>-<tab>-`).
        tag_column: the column of the tag. By default it is the last, or the third in the format of Universal NER.

    Returns:
        One row per line: the index of a row is the number of its line. Wrong lines are `Rows.faults`; if one mistake
        explains nearly all of them, it is the only one.

    Raises:
        InputError: the two columns are impossible.
    """
    if token_column == 0 or tag_column == 0:
        raise InputError(
            "expected `token_column` and `tag_column` to count from 1, or from the end (-1 is the last), got 0"
        )
    if token_column is not None and token_column == tag_column:
        raise InputError(f"expected `token_column` and `tag_column` to differ, got {token_column} for both")
    layout = _find_layout(lines, token_column, tag_column)
    meanings = [_meaning(line, layout) for line in lines.distinct]
    tokens = lines.spread([meaning.token for meaning in meanings])
    if segmented := _shows_words(tokens):
        tokens = [token[:-1] for token in tokens]
    rows = Rows(tokens, lines.spread([meaning.tag for meaning in meanings]), range(len(tokens)))
    unreadable = [meaning.problem != "" and not meaning.mended for meaning in meanings]
    if explained := find_wrong_layout(lines, unreadable, lambda line: _column(line.columns, layout.tag)):
        rows.faults.append(explained)
    else:
        rows.faults.extend(_find_faults(lines, meanings))
    for n in _comments_inside(lines, meanings, rows):
        rows.tags[n] = ""
        if not explained:
            shown = quote(" ".join(lines.distinct[lines.ids[n]].columns))
            message = f"a comment inside a sentence, or a # without its tag: {shown}"
            rows.faults.append(Problem(n, FindingKind.MALFORMED_LINE, message))
    rows.documents.update(_documents(lines, meanings, name))
    rows.oddities.extend(_mixed_delimiters(lines, meanings))
    rows.oddities.extend(_empty_sentences(lines, meanings))
    rows.losses.extend(_find_left_out(lines, meanings))
    if segmented:
        message = "the digit after each character, its place in the word"
        rows.losses.append(Problem(tokens.index(next(filter(None, tokens))), FindingKind.FIELD_LEFT_OUT, message))
    return rows


def _shows_words(tokens: Sequence[str]) -> bool:
    """Whether each token is a character and its place in the word, as in Weibo NER: 科0, 技1. The first place is 0."""
    if not all(len(token) > 1 and token[-1] in _DIGITS for token in {*tokens} - {""}):
        return False
    firsts = {token[-1] for before, token in pairwise(["", *tokens]) if token and not before}
    return firsts == {"0"}


def _find_faults(lines: Lines, meanings: Sequence[_Meaning]) -> Iterator[Problem]:
    for n in lines.where(meaning.problem for meaning in meanings):
        meaning = meanings[lines.ids[n]]
        yield Problem(n, meaning.kind, meaning.problem, meaning.mended)


def _comments_inside(lines: Lines, meanings: Sequence[_Meaning], rows: Rows) -> list[int]:
    """The comments below a token."""
    return [n for n in lines.where(meaning.comment for meaning in meanings) if rows.tags[n - 1] is not None]


def _documents(lines: Lines, meanings: Sequence[_Meaning], name: str) -> Iterator[tuple[int, str]]:
    """The boundaries where a document starts, with its name."""
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
    """The information that is left out of the lines: each kind once, at the first line that has it."""
    totals: Counter[str] = Counter()
    first: dict[str, int] = {}
    for meaning, count, number in zip(meanings, lines.counts, lines.first, strict=True):
        for thing in meaning.left_out:
            totals[thing] += count
            first.setdefault(thing, number)  # distinct lines are in order
    for thing, total in totals.items():
        yield Problem(first[thing], FindingKind.FIELD_LEFT_OUT, format_count(thing, total, "line"))


def _mixed_delimiters(lines: Lines, meanings: Sequence[_Meaning]) -> list[Problem]:
    """The first line with another delimiter than most lines."""
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
    found = f"{counted(size, 'line')} of this file"
    message = f"{names[other]} between columns, in {found}; most lines use {names[usual]}"
    return [Problem(first, FindingKind.MIXED_DELIMITERS, message)]


def _empty_sentences(lines: Lines, meanings: Sequence[_Meaning]) -> list[Problem]:
    """Blank lines below a blank line, if a sentence is above and below them."""
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
    layout = _Layout(token_column or token, tag_column or tag, width)
    chosen = token_column or tag_column
    if None in (token_column, tag_column) and chosen:  # the other one is where it usually is
        places = {number if number > 0 else width + 1 + number for number in (layout.token, layout.tag)}
        if len(places) == 1:
            raise InputError(
                f"column {chosen} of {width} has both tokens and tags: set `token_column` and `tag_column`"
            )
    return layout


def _column(columns: list[str], number: int) -> str:
    """A column counted from 1, or from the end if negative; "" if there is none."""
    index = number - 1 if number > 0 else len(columns) + number
    return columns[index] if 0 <= index < len(columns) else ""
