"""Batches of windows over texts, and taking the output for each character from one window."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from ner.characters.character_table import CharacterTable, Ids
from ner.characters.padding import batches_by_length, pad_batch, pad_word_ids
from ner.characters.windows import Window, sliding_windows
from ner.choices import BATCH_CHARACTERS
from ner.words.word_table import WordTable

# The share of a window that overlaps the next one. It gives each character context on both sides.
_OVERLAP = 1 / 4

_Item = TypeVar("_Item")


class WindowBatch(NamedTuple):
    """The input of the network for one batch of windows.

    Args:
        origins: the index of the text of each row.
        windows: the window of each row.
        input_ids: `(batch, chars + 2)`.
        attention_mask: `(batch, chars + 2)`.
        word_ids: `(batch, chars + 2)`; None for a network without words.
    """

    origins: list[int]
    windows: list[Window]
    input_ids: Ids
    attention_mask: Ids
    word_ids: Ids | None = None

    @property
    def inputs(self) -> tuple[Ids, ...]:
        """The arguments of the network, in its order."""
        return (self.input_ids, self.attention_mask, *(() if self.word_ids is None else (self.word_ids,)))

    def kept(self, rows: Any) -> Iterator[tuple[int, Window, Any]]:
        """Take the kept characters of each window from the output of the network.

        Args:
            rows: an array or a tensor, `(batch, chars, ...)`.

        Yields:
            The index of the text, the window, and the output for its kept characters, `(kept, ...)`.
        """
        for origin, window, row in zip(self.origins, self.windows, rows, strict=True):
            yield origin, window, row[window.keep_start - window.start : window.keep_end - window.start]


def window_batches(
    texts: Sequence[str],
    table: CharacterTable,
    window: int,
    budget: int = BATCH_CHARACTERS,
    words: WordTable | None = None,
) -> Iterator[WindowBatch]:
    """Cut texts into overlapping windows, and group windows of similar length into batches.

    Args:
        texts: the texts. An empty text has no window.
        table: the ids of characters.
        window: the maximum number of characters of a window.
        budget: the maximum number of characters of a batch, with padding; a batch has at least one window.
        words: the ids of words, for a network that reads them. Words are those of the whole text.
    """
    rows = [
        (i, piece)
        for i, text in enumerate(texts)
        for piece in sliding_windows(len(text), window, int(window * _OVERLAP))
    ]
    ids = [table.encode(text) for text in texts]
    word_ids = [words.encode(text) for text in texts] if words else []
    for batch in batches_by_length([piece.end - piece.start for _, piece in rows], budget):
        origins = [rows[i][0] for i in batch]
        windows = [rows[i][1] for i in batch]
        pieces = [ids[i][piece.start : piece.end] for i, piece in zip(origins, windows, strict=True)]
        input_ids, attention_mask = pad_batch(pieces, table)
        beside = None
        if words:
            beside = pad_word_ids(
                [word_ids[i][piece.start : piece.end] for i, piece in zip(origins, windows, strict=True)]
            )
        yield WindowBatch(origins, windows, input_ids, attention_mask, beside)


def in_chunks(items: Iterable[_Item], size: Callable[[_Item], int], least: int) -> Iterator[list[_Item]]:
    """Group a stream into lists. A list ends when the sizes of its items add up to `least` or more."""
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
