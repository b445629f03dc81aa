"""The order of the training examples."""

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

from ner.characters.character_table import Ids

# Rows that are sorted by length among themselves: enough for even batches, few enough to stay random.
_BATCHES_SORTED_TOGETHER = 50


class LengthSampler(Sampler[int]):
    """A random order of rows in which the rows of a batch have similar lengths.

    The order depends only on the seed and the epoch, so a resumed run has the same order as an uninterrupted run.

    Args:
        lengths: the length of each row in characters.
        batch_size: the number of rows of a batch.
        seed: the seed of the order.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths = np.asarray(lengths)
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the next iteration, from 0."""
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
        # The incomplete batch must be the last one, because it would shift the rows of all batches after it.
        full, short = batches[:-1], batches[-1:]
        for i in random.permutation(len(full)):
            yield from full[i].tolist()
        for batch in short:
            yield from batch.tolist()
