"""Text cut into pieces with the type of each, to be highlighted on a page."""

from collections.abc import Container, Iterable
from typing import NamedTuple

from ner.data.entities import Entity, drop_overlaps


class Piece(NamedTuple):
    """A piece of text, with its type and score if it is an entity; `emphasised` is what a page is about to show."""

    text: str
    label: str = ""
    score: float | None = None
    emphasised: bool = False


class Hues(dict[str, int]):
    """The hue of each type in degrees; a type that is asked for the first time gets the next one.

    Hues a golden angle apart are told from each other however many there are.
    """

    def __init__(self, types: Iterable[str] = ()) -> None:
        super().__init__()
        for type_ in types:
            self[type_]

    def __missing__(self, type_: str) -> int:
        hue = self[type_] = round(len(self) * 137.5) % 360
        return hue


def visible(text: str) -> str:
    r"""The text with an escape such as \u200b for each character that can't be seen; white space of CJK stays."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\u3000" else c.encode("unicode_escape").decode() for c in text)


def clip(text: str, most: int) -> str:
    """The text in what can be seen, with three dots for what is beyond the first `most` characters."""
    return visible(text[:most]) + "..." * (len(text) > most)


def pieces(
    text: str,
    entities: Iterable[Entity],
    start: int = 0,
    end: int | None = None,
    emphasised: Container[Entity | None] = (),
) -> list[Piece]:
    """The pieces of `text` from `start` to `end`, with three dots for what is left out on either side.

    Of entities that overlap the longest counts. What can't be seen is shown by its escape.
    """
    end = len(text) if end is None else min(end, len(text))
    found = [Piece("..." * (start > 0))]
    at = start
    for entity in drop_overlaps(entities):
        if start < entity.end and entity.start < end:
            first, last = max(start, entity.start), min(end, entity.end)
            found += [Piece(text[at:first]), Piece(text[first:last], entity.label, entity.score, entity in emphasised)]
            at = last
    found += [Piece(text[at:end]), Piece("..." * (end < len(text)))]
    return [piece._replace(text=visible(piece.text), label=visible(piece.label)) for piece in found if piece.text]
