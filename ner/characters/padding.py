"""Padding rows of ids, and grouping rows of similar length, so that batches have little padding."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ner.characters.character_table import CharacterTable, Ids

IGNORED = -100  # the label of characters without a loss, as everywhere in PyTorch
UNKNOWN_LABEL = -1  # the label of characters with the tag ?: training sums over all labels that they may have
OPEN_LABEL = -2  # the label of characters that are in no entity of the types that annotators have looked for

_Scalar = TypeVar("_Scalar", bound=np.generic)


def pad_batch(rows: Sequence[Ids], table: CharacterTable) -> tuple[Ids, Ids]:
    """Add [CLS] and [SEP] to rows of character ids, and pad them.

    Returns:
        `input_ids` and `attention_mask`, both `(batch, chars + 2)`.
    """
    framed = [np.concatenate(([table.cls], row, [table.sep])) for row in rows]
    return pad_rows(framed, table.pad), pad_rows([np.ones_like(row) for row in framed], 0)


def pad_word_ids(rows: Sequence[Ids]) -> Ids:
    """Pad rows of the ids of words: `(batch, chars + 2)`, 0 for [CLS], [SEP] and padding."""
    return pad_rows([np.pad(row, 1) for row in rows], 0)


def pad_rows(rows: Sequence[npt.NDArray[_Scalar]], value: float) -> npt.NDArray[_Scalar]:
    """Stack rows of different lengths, each `(chars, ...)`, as `(batch, chars, ...)`, padded with `value`."""
    padded = np.full((len(rows), max(map(len, rows)), *rows[0].shape[1:]), value, dtype=rows[0].dtype)
    for row, target in zip(rows, padded, strict=True):
        target[: len(row)] = row
    return padded


def pad_labels(rows: Sequence[Ids]) -> Ids:
    """Pad rows of label ids with `IGNORED`: `(batch, chars)`."""
    return pad_rows(rows, IGNORED)


def batches_by_length(lengths: Sequence[int], budget: int, most_rows: int | None = None) -> Iterator[list[int]]:
    """Group rows of similar length into batches, the longest first.

    Args:
        lengths: the number of characters of each row.
        budget: the maximum number of characters of a batch, with padding. A longer row is a batch of its own.
        most_rows: the maximum number of rows of a batch.

    Yields:
        The indices of the rows of a batch.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and ((len(batch) + 1) * lengths[batch[0]] > budget or len(batch) == most_rows):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
