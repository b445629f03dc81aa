"""Rows of tokens and tags, the intermediate form of all formats with one tag per token."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ner.data.finding_kinds import FindingKind
from ner.data.schemes import OUTSIDE, PREFIXES


class Problem(NamedTuple):
    """A message about the row with this index. `mended` is as in `Finding`."""

    row: int
    kind: FindingKind
    message: str
    mended: str = ""


@dataclass(frozen=True)
class Rows:
    """Tokens and their tags, row by row, with a boundary row before and after each sentence.

    Args:
        tokens: the tokens; "" for a boundary and for a row that can't be read.
        tags: the tags; None for a boundary, "" for a row that can't be read.
        lines: the line of each row in the file.
        faults: rows that are wrong.
        oddities: rows that are odd, but can be read.
        losses: information that was left out.
        documents: the name of each document by the row of the boundary where it starts; "" starts sentences without
            a document.
    """

    tokens: list[str]
    tags: list[str | None]
    lines: Sequence[int]
    faults: list[Problem] = field(default_factory=list)
    oddities: list[Problem] = field(default_factory=list)
    losses: list[Problem] = field(default_factory=list)
    documents: dict[int, str] = field(default_factory=dict)


def unknown_tag(tag: str, row: int = 0) -> Problem:
    """The problem of a row whose tag is not a tag. It is mended if `likely_tag` finds the intended tag."""
    meant = likely_tag(tag)
    message = f"unknown tag {quote(tag)}; expected O, or one of {', '.join(PREFIXES)} with a hyphen and a type (B-PER)"
    if not meant:
        return Problem(row, FindingKind.UNKNOWN_TAG, message)
    return Problem(row, FindingKind.UNKNOWN_TAG, f"{message}; did you mean {meant}?", f"read as {meant}")


def likely_tag(tag: str) -> str:
    """The tag that was intended by b-PER, B_PER, PER-B, o or 0; "" if there is none."""
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
    """A piece of a file for a message, shortened if it is long."""
    return repr(text) if len(text) <= longest else f"{text[:longest]!r}..."
