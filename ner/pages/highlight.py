"""Splitting a text into pieces with types, to highlight its entities on a page."""

from collections.abc import Container, Iterable
from typing import NamedTuple

from ner.data.entities import Entity, drop_overlaps


class Piece(NamedTuple):
    """A piece of text, with type, score and source if it is an entity. An `emphasised` piece is framed."""

    text: str
    label: str = ""
    score: float | None = None
    emphasised: bool = False
    source: str = ""


_COMMON = ("LOC", "ORG", "PER")


class Hues(dict[str, int]):
    """The hue of each type in degrees. An unknown type gets the next hue.

    Common types have the same hue on all pages, and so have others on pages that begin with the same types. Hues differ
    by the golden angle, so any number of them can be distinguished.
    """

    def __init__(self, types: Iterable[str] = ()) -> None:
        super().__init__()
        for type_ in types:
            self[type_]

    def __missing__(self, type_: str) -> int:
        at = _COMMON.index(type_) if type_ in _COMMON else len({*_COMMON, *self})
        hue = self[type_] = round(at * 137.5) % 360
        return hue


def visible(text: str) -> str:
    r"""Replace each invisible character by an escape such as \u200b. The ideographic space stays."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\u3000" else c.encode("unicode_escape").decode() for c in text)


def clip(text: str, most: int) -> str:
    """The first `most` characters of a text, with escapes, and three dots if more follow."""
    return visible(text[:most]) + "..." * (len(text) > most)


def pieces(
    text: str,
    entities: Iterable[Entity],
    start: int = 0,
    end: int | None = None,
    emphasised: Container[Entity | None] = (),
) -> list[Piece]:
    """Split a part of a text into pieces. Invisible characters are escaped.

    Args:
        text: the text.
        entities: its entities. Of overlapping entities, the longest is used.
        start: the start of the part. Three dots are put before it if text is left out.
        end: the end of the part, None for the end of the text. Three dots are put after it if text is left out.
        emphasised: the entities that are framed.
    """
    end = len(text) if end is None else min(end, len(text))
    found = [Piece("..." * (start > 0))]
    at = start
    for entity in drop_overlaps(entities):
        if start < entity.end and entity.start < end:
            first, last = max(start, entity.start), min(end, entity.end)
            shown = Piece(text[first:last], entity.label, entity.score, entity in emphasised, entity.source or "")
            found += [Piece(text[at:first]), shown]
            at = last
    found += [Piece(text[at:end]), Piece("..." * (end < len(text)))]
    return [piece._replace(text=visible(piece.text), label=visible(piece.label)) for piece in found if piece.text]
