"""From texts and pairs to the rows that a classifier reads: windows of ids, and batches of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ner.characters.character_table import CharacterTable, Ids
from ner.characters.padding import batches_by_length, pad_batch, pad_rows
from ner.characters.windows import sliding_windows
from ner.classifying.content import Content

# The share of a window that overlaps the next one.
_OVERLAP = 1 / 4


class Row(NamedTuple):
    """What the network reads at once, without [CLS] and [SEP] around it.

    Args:
        ids: the characters; in a pair with [SEP] between the texts, `(chars,)`.
        second: where the second text begins; the number of ids if there is none.
    """

    ids: Ids
    second: int


def rows_of(content: Content, table: CharacterTable, window: int) -> list[Row]:
    """The windows of a text or a pair. All characters are in one of them; an empty text has one empty window.

    In a pair, the shorter text gets up to half of the window, and the other one the rest. If both are long, their
    windows go side by side, and those of the text with fewer of them repeat.

    Args:
        content: the text or pair.
        table: the ids of characters.
        window: the maximum number of characters of a window.
    """
    first = table.encode(content[0])
    if content[1] is None:
        return [Row(part, len(part)) for part in _cut(first, window)]
    second = table.encode(content[1])
    room = window - 1  # for the [SEP] between them
    least = min(len(first), len(second), room // 2)
    sizes = (least, room - least) if len(first) <= len(second) else (room - least, least)
    parts = [_cut(ids, max(size, 1)) for ids, size in zip((first, second), sizes, strict=True)]
    count = max(map(len, parts))
    pairs = [[own[i * len(own) // count] for own in parts] for i in range(count)]
    return [Row(np.concatenate((a, [table.sep], b)).astype(a.dtype), len(a) + 1) for a, b in pairs]


def _cut(ids: Ids, size: int) -> list[Ids]:
    windows = sliding_windows(len(ids), size, int(size * _OVERLAP))
    return [ids[window.start : window.end] for window in windows] or [ids]


class RowBatch(NamedTuple):
    """The input of the network for some rows, all `(rows, chars + 2)`; see `TextClassifier.forward`."""

    input_ids: Ids
    attention_mask: Ids
    token_type_ids: Ids


def pad_text_rows(rows: Sequence[Row], table: CharacterTable) -> RowBatch:
    """Pad rows, with [CLS] before and [SEP] after each of them."""
    input_ids, attention_mask = pad_batch([row.ids for row in rows], table)
    types = [(np.arange(len(row.ids) + 2) > row.second).astype(np.int64) for row in rows]
    for row, own in zip(rows, types, strict=True):
        if row.second == len(row.ids):  # a single text
            own[:] = 0
    return RowBatch(input_ids, attention_mask, pad_rows(types, 0))


def row_batches(
    contents: Sequence[Content], table: CharacterTable, window: int, budget: int
) -> Iterator[tuple[Ids, RowBatch]]:
    """Batches of windows of similar length over several texts.

    Args:
        contents: the texts or pairs.
        table: the ids of characters.
        window: the maximum number of characters of a window.
        budget: the maximum number of characters of a batch, with padding; a batch has at least one row.

    Yields:
        The index of the text of each row, `(rows,)`, and the batch.
    """
    rows = [(i, row) for i, content in enumerate(contents) for row in rows_of(content, table, window)]
    for chosen in batches_by_length([len(row.ids) + 2 for _, row in rows], budget):
        origins = np.array([rows[i][0] for i in chosen], dtype=np.int64)
        yield origins, pad_text_rows([rows[i][1] for i in chosen], table)
