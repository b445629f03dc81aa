"""Windows over texts that are longer than the encoder can read at once."""

from collections.abc import Sequence
from typing import NamedTuple

from ner.data.entities import Entity

# The characters after which a sentence is cut, the best first.
_SENTENCE_ENDS = frozenset("。！？!?…\n")
_PAUSES = frozenset("；;，,、：: 　")


class Window(NamedTuple):
    """The network reads the characters `start:end`, and its output is used for `keep_start:keep_end`."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def sliding_windows(length: int, size: int, overlap: int) -> list[Window]:
    """Cut a text into overlapping windows.

    Each character is kept by the window in which it is farthest from an edge, so the kept ranges have no gaps.

    Args:
        length: the number of characters of the text.
        size: the maximum number of characters of a window.
        overlap: the number of characters that two adjacent windows share.
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
    """Cut a long sentence into pieces for training. Each piece is read with context on both sides.

    If the second half of a piece has a mark that ends a sentence, the piece ends after it; else after another
    punctuation mark; else at its full length. A piece never ends inside an entity, unless the entity is longer than
    half a piece.

    Args:
        text: the sentence.
        entities: its entities.
        size: the maximum number of characters of a window, with context.
        context: the maximum number of characters of context on each side.
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
    """The best place to cut in `first..last`. It is the first character of the next piece."""
    allowed = [cut for cut in range(last, first, -1) if cut not in inside]
    for marks in (_SENTENCE_ENDS, _PAUSES):
        for cut in allowed:
            if text[cut - 1] in marks:
                return cut
    return allowed[0] if allowed else last
