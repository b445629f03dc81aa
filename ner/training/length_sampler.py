"""The order in which training sees its examples."""

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

from ner.characters.character_table import Ids

# Rows that are sorted by length among themselves: enough for even batches, few enough to stay random.
_BATCHES_SORTED_TOGETHER = 50


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
