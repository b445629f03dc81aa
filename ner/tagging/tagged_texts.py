"""Lists of entities that a notebook shows as highlighted text."""

from collections.abc import Iterable
from html import escape

from ner.data.entities import Entity
from ner.pages.highlight import Hues, Piece, pieces

_MOST_TEXTS = 100
_MOST_CHARACTERS = 2000


class FoundEntities(list[Entity]):
    """The entities of `text`, in order of position."""

    def __init__(self, text: str, entities: Iterable[Entity]) -> None:
        super().__init__(entities)
        self.text = text

    def __reduce__(self) -> tuple[type["FoundEntities"], tuple[str, list[Entity]]]:
        return FoundEntities, (self.text, list(self))

    def _repr_html_(self) -> str:
        """The text for a notebook, with its entities highlighted."""
        return _paragraph(self, Hues())


class TaggedTexts(list[list[Entity]]):
    """The entities of several texts, in their order."""

    def _repr_html_(self) -> str:
        """The first texts for a notebook, with their entities highlighted."""
        hues = Hues()
        shown = [_paragraph(found, hues) for found in self[:_MOST_TEXTS] if isinstance(found, FoundEntities)]
        more = f"<p>and {len(self) - _MOST_TEXTS:,} more</p>" if len(self) > _MOST_TEXTS else ""
        return "".join(shown) + more


def _paragraph(found: FoundEntities, hues: Hues) -> str:
    return f"<p>{''.join(_mark(piece, hues) for piece in pieces(found.text, found, end=_MOST_CHARACTERS))}</p>"


def _mark(piece: Piece, hues: Hues) -> str:
    """A piece of text as HTML. An entity has its type, and a colour that is readable on light and dark pages."""
    if not piece.label:
        return escape(piece.text)
    score = "" if piece.score is None else f" title='{piece.score:.3f}'"
    style = f"background:hsl({hues[piece.label]} 70% 85%);color:#111;padding:0 .25em;border-radius:.25em"
    return f'<mark style="{style}"{score}>{escape(piece.text)} <small>{escape(piece.label)}</small></mark>'
