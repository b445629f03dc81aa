"""Batches to learn from, and those that are held out."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ner.characters.character_table import CharacterTable
from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.packing import Packer
from ner.pretraining.passages import Passages
from ner.pretraining.word_segmenter import Segmenter

# Long enough to judge by, short enough for any encoder to be quick.
_HELD_OUT_LENGTH = 128


class Batches:
    """Batches without end: the rows of one are of equal length, and all batches have as many characters.

    Batch `n` takes its length and its masks from `seed` and `n`, its text from where the stream stands.
    """

    def __init__(
        self, passages: Passages, packer: Packer, masker: Masker, lengths: Sequence[int], characters: int, seed: int
    ) -> None:
        self._passages, self._packer, self._masker = passages, packer, masker
        self._lengths = lengths
        self._characters = characters
        self._seed = seed

    def batch(self, number: int) -> MaskedBatch:
        """The next batch, which is the `number`th of the run."""
        length = int(np.random.default_rng((self._seed, number)).choice(self._lengths))
        ids, starts = self._packer.rows(self._characters // length, length)
        return self._masker(ids, starts, (self._seed, number, 1))

    @property
    def passes(self) -> list[int]:
        """How often each file was read to its end."""
        return self._passages.passes

    def state(self) -> dict[str, Any]:
        """Where the stream stands: text, lists and numbers only."""
        ids, starts = self._packer.left
        return {"passages": self._passages.state(), "ids": ids.tolist(), "starts": starts.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""
        self._passages.restore(state["passages"])
        self._packer.left = np.array(state["ids"], np.int64), np.array(state["starts"], np.bool_)


def held_out_batches(
    held_out: Sequence[str], table: CharacterTable, starts: Segmenter, masker: Masker, longest: int, characters: int
) -> list[MaskedBatch]:
    """Batches of the held-out paragraphs, with the same masks each time; what doesn't fill a row is left out."""
    size = sum(len(paragraph) + 1 for paragraph in held_out)
    length = min(_HELD_OUT_LENGTH, longest, size + 2)
    rows = size // (length - 2)
    ids, marks = Packer(iter([list(held_out)]), table, starts).rows(rows, length)
    return list(_mask_batches(ids, marks, masker, max(1, characters // length)))


def _mask_batches(ids: Any, marks: Any, masker: Masker, rows: int) -> Iterator[MaskedBatch]:
    for number, start in enumerate(range(0, len(ids), rows)):
        yield masker(ids[start : start + rows], marks[start : start + rows], (0, number))
