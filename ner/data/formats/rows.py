"""Rows of tokens and tags: what every format with a tag a token is read into, and what may be wrong with a tag."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ner.data.finding_kinds import FindingKind
from ner.data.schemes import OUTSIDE, PREFIXES


class Problem(NamedTuple):
    """What is to be said about a row, by its index; `mended` as in Finding."""

    row: int
    kind: FindingKind
    message: str
    mended: str = ""


@dataclass(frozen=True)
class Rows:
    """Tokens and their tags, row by row, with a boundary before and after each sentence.

    `tags` has None at a boundary, and "" on a row that can't be read; `tokens` has "" on both. `lines` are the line
    numbers of the rows. `documents` has the name of each document by the boundary that begins it, "" for sentences
    of none. `losses` are what was left out of the rows.
    """

    tokens: list[str]
    tags: list[str | None]
    lines: Sequence[int]
    faults: list[Problem] = field(default_factory=list)
    oddities: list[Problem] = field(default_factory=list)
    losses: list[Problem] = field(default_factory=list)
    documents: dict[int, str] = field(default_factory=dict)


def unknown_tag(tag: str, row: int = 0) -> Problem:
    """The problem of a row whose tag is none; it is mended if `likely_tag` knows what was meant."""
    meant = likely_tag(tag)
    message = f"unknown tag {quote(tag)}; expected O, or one of {', '.join(PREFIXES)} with a hyphen and a type (B-PER)"
    if not meant:
        return Problem(row, FindingKind.UNKNOWN_TAG, message)
    return Problem(row, FindingKind.UNKNOWN_TAG, f"{message}; did you mean {meant}?", f"read as {meant}")


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


def quote(text: str, longest: int = 40) -> str:
    """A piece of a file as messages show it, cut off where it is long."""
    return repr(text) if len(text) <= longest else f"{text[:longest]!r}..."
