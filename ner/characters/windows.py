"""Windows over text that is longer than the encoder reads at once."""

from collections.abc import Sequence
from typing import NamedTuple

from ner.data.entities import Entity

# Where a sentence is best cut, best first.
_SENTENCE_ENDS = frozenset("。！？!?…\n")
_PAUSES = frozenset("；;，,、：: 　")


class Window(NamedTuple):
    """The characters `start:end` of a text are read, and `keep_start:keep_end` among them answered for."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def sliding_windows(length: int, size: int, overlap: int) -> list[Window]:
    """Windows of at most `size` characters, each `overlap` characters into the one before.

    Each character is kept by the window in which it stands farthest from an edge, so the kept ranges follow one
    another without a gap.
    """
    assert 0 <= overlap < size, (overlap, size)
    windows = []
    start = keep_start = 0
    while length > 0:
        end = min(start + size, length)
        keep_end = end if end == length else end - overlap // 2
        windows.append(Window(start, end, keep_start, keep_end))
        if end == length:
            break
        start, keep_start = end - overlap, keep_end
    return windows


def training_windows(text: str, entities: Sequence[Entity], size: int, context: int) -> list[Window]:
    """Cut a long sentence into pieces to learn from, each read with up to `context` characters on either side.

    A piece ends after a mark that ends a sentence where its second half has one, else after another mark, else at
    its full length; never inside an entity, unless the entity alone is longer than half a piece.
    """
    if len(text) <= size:
        return [Window(0, len(text), 0, len(text))]
    piece = size - 2 * context
    assert piece > 1, (size, context)
    inside = {position for entity in entities for position in range(entity.start + 1, entity.end)}
    windows = []
    start = 0
    while start < len(text):
        end = len(text) if len(text) - start <= piece else _cut(text, inside, start + piece // 2, start + piece)
        windows.append(Window(max(0, start - context), min(len(text), end + context), start, end))
        start = end
    return windows


def _cut(text: str, inside: set[int], first: int, last: int) -> int:
    """The best place to cut in `first..last`: the character at it begins the next piece."""
    allowed = [cut for cut in range(last, first, -1) if cut not in inside]
    for marks in (_SENTENCE_ENDS, _PAUSES):
        for cut in allowed:
            if text[cut - 1] in marks:
                return cut
    return allowed[0] if allowed else last
