"""Padding rows of ids, and grouping rows of similar length, so that batches have little padding."""

from collections.abc import Iterator, Sequence

import numpy as np

from ner.characters.character_table import CharacterTable, Ids

IGNORED = -100  # the label of characters without a loss, as everywhere in PyTorch
UNKNOWN_LABEL = -1  # the label of characters with the tag ?: training sums over all labels that they may have


def pad_batch(rows: Sequence[Ids], table: CharacterTable) -> tuple[Ids, Ids]:
    """Add [CLS] and [SEP] to rows of character ids, and pad them.

    Returns:
        `input_ids` and `attention_mask`, both `(batch, chars + 2)`.
    """
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
    """Pad rows of label ids with `IGNORED`: `(batch, chars)`."""
    labels = np.full((len(rows), max(len(row) for row in rows)), IGNORED, dtype=np.int64)
    for i, row in enumerate(rows):
        labels[i, : len(row)] = row
    return labels


def batches_by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Group rows of similar length into batches, the longest first.

    Args:
        lengths: the number of characters of each row.
        budget: the maximum number of characters of a batch, with padding. A longer row is a batch of its own.

    Yields:
        The indices of the rows of a batch.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
