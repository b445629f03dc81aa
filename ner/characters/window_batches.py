"""Texts as a network reads them: batches over the windows of all of them, and each character from one window."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from ner.characters.character_table import CharacterTable, Ids
from ner.characters.padding import batches_by_length, pad_batch
from ner.characters.windows import Window, sliding_windows
from ner.choices import BATCH_CHARACTERS

# Of a window, so that a character has that much context or more on either side, but for the ends of the text.
_OVERLAP = 1 / 4

_Item = TypeVar("_Item")


class WindowBatch(NamedTuple):
    """One pass of the network: for each row the index of its text and the window of it, and the network's input.

    `input_ids` and `attention_mask` are `(batch, chars + 2)`.
    """

    origins: list[int]
    windows: list[Window]
    input_ids: Ids
    attention_mask: Ids

    def kept(self, rows: Any) -> Iterator[tuple[int, Window, Any]]:
        """Of the network's output what each window answers for: the index of its text, the window, `(kept, ...)`.

        `rows` is an array or a tensor, `(batch, chars, ...)`.
        """
        for origin, window, row in zip(self.origins, self.windows, rows, strict=True):
            yield origin, window, row[window.keep_start - window.start : window.keep_end - window.start]


def window_batches(
    texts: Sequence[str], table: CharacterTable, window: int, budget: int = BATCH_CHARACTERS
) -> Iterator[WindowBatch]:
    """Batches of like length over the overlapping windows, of at most `window` characters, of all `texts`.

    A batch has at most `budget` padded characters, or one window. An empty text has no window.
    """
    rows = [
        (i, piece)
        for i, text in enumerate(texts)
        for piece in sliding_windows(len(text), window, int(window * _OVERLAP))
    ]
    ids = [table.encode(text) for text in texts]
    for batch in batches_by_length([piece.end - piece.start for _, piece in rows], budget):
        origins = [rows[i][0] for i in batch]
        windows = [rows[i][1] for i in batch]
        pieces = [ids[i][piece.start : piece.end] for i, piece in zip(origins, windows, strict=True)]
        input_ids, attention_mask = pad_batch(pieces, table)
        yield WindowBatch(origins, windows, input_ids, attention_mask)


def in_chunks(items: Iterable[_Item], size: Callable[[_Item], int], least: int) -> Iterator[list[_Item]]:
    """The items of a stream in lists, each ended by the item with which their sizes come to `least`."""
    chunk: list[_Item] = []
    total = 0
    for item in items:
        chunk.append(item)
        total += size(item)
        if total >= least:
            yield chunk
            chunk, total = [], 0
    if chunk:
        yield chunk
