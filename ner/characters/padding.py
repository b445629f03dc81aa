"""Rows of ids to padded arrays, and rows of like length together, so that little of a batch is padding."""

from collections.abc import Iterator, Sequence

import numpy as np

from ner.characters.character_table import CharacterTable, Ids

IGNORED = -100  # the label of characters that are read but not learned from, as everywhere in PyTorch
UNKNOWN_LABEL = -1  # of characters that may have any label: training sums over all that they may have


def pad_batch(rows: Sequence[Ids], table: CharacterTable) -> tuple[Ids, Ids]:
    """Character ids to `input_ids` and `attention_mask`, both `(batch, chars + 2)`; [CLS] and [SEP] frame each row."""
    width = max(len(row) for row in rows) + 2
    input_ids = np.full((len(rows), width), table.pad, dtype=np.int64)
    attention_mask = np.zeros((len(rows), width), dtype=np.int64)
    for i, row in enumerate(rows):
        input_ids[i, 0] = table.cls
        input_ids[i, 1 : len(row) + 1] = row
        input_ids[i, len(row) + 1] = table.sep
        attention_mask[i, : len(row) + 2] = 1
    return input_ids, attention_mask


def pad_labels(rows: Sequence[Ids]) -> Ids:
    """Label ids to `(batch, chars)`, padded with `IGNORED`."""
    labels = np.full((len(rows), max(len(row) for row in rows)), IGNORED, dtype=np.int64)
    for i, row in enumerate(rows):
        labels[i, : len(row)] = row
    return labels


def batches_by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices of rows in batches of like length, the longest first, each of at most `budget` padded characters.

    A row longer than the budget makes a batch of its own.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
