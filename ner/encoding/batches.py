"""Rows of ids to padded tensors, and rows of like length together, so that little of a batch is padding."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Sampler

from ner.encoding.characters import CharacterTable, Ids

# Rows that are sorted by length among themselves in training: enough for even batches, few enough to stay random.
_BATCHES_SORTED_TOGETHER = 50
IGNORED = -100  # the label of characters that are read but not learned from, as everywhere in PyTorch
UNKNOWN_LABEL = -1  # of characters that may have any label: training sums over all that they may have


def pad_batch(rows: Sequence[Ids], table: CharacterTable) -> tuple[Tensor, Tensor]:
    """Character ids to `input_ids` and `attention_mask`, both `(batch, chars + 2)`; [CLS] and [SEP] frame each row."""
    width = max(len(row) for row in rows) + 2
    input_ids = np.full((len(rows), width), table.pad, dtype=np.int64)
    attention_mask = np.zeros((len(rows), width), dtype=np.int64)
    for i, row in enumerate(rows):
        input_ids[i, 0] = table.cls
        input_ids[i, 1 : len(row) + 1] = row
        input_ids[i, len(row) + 1] = table.sep
        attention_mask[i, : len(row) + 2] = 1
    return torch.from_numpy(input_ids), torch.from_numpy(attention_mask)


def pad_labels(rows: Sequence[Ids]) -> Tensor:
    """Label ids to `(batch, chars)`, padded with `IGNORED`."""
    labels = np.full((len(rows), max(len(row) for row in rows)), IGNORED, dtype=np.int64)
    for i, row in enumerate(rows):
        labels[i, : len(row)] = row
    return torch.from_numpy(labels)


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


class LengthSampler(Sampler[int]):
    """A random order of rows in which every `batch_size` that follow one another are of like length.

    The order depends on `seed` and the epoch alone, so that a resumed run sees what the uninterrupted one would.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths = np.asarray(lengths)
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch the next iteration is for."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self._seed, self._epoch))
        order = random.permutation(len(self._lengths))
        together = self._batch_size * _BATCHES_SORTED_TOGETHER
        batches: list[Ids] = []
        for start in range(0, len(order), together):
            chunk = order[start : start + together]
            chunk = chunk[np.argsort(-self._lengths[chunk], kind="stable")]
            batches += [chunk[i : i + self._batch_size] for i in range(0, len(chunk), self._batch_size)]
        # A short batch must stay last, or it would shift the rows of those behind it.
        full, short = batches[:-1], batches[-1:]
        for i in random.permutation(len(full)):
            yield from full[i].tolist()
        for batch in short:
            yield from batch.tolist()
