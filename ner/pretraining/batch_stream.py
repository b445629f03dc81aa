"""Training batches, and batches of held-out text."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ner.characters.character_table import CharacterTable
from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.packing import Packer
from ner.pretraining.passages import Passages
from ner.pretraining.word_segmenter import Segmenter

# In characters. This is long enough for a useful loss, and short enough to be fast with any encoder.
_HELD_OUT_LENGTH = 128


class Batches:
    """An endless stream of batches. The rows of a batch have the same length.

    The seed and the number of a batch determine its length and its masks. Its text is the next text of the stream.

    Args:
        passages: the stream of text.
        packer: fills rows with the text.
        masker: masks the rows.
        lengths: the lengths of rows in characters, with [CLS] and [SEP]. Each batch has a random one of them.
        characters: the number of characters of a batch, with [CLS] and [SEP].
        seed: the seed of the run.
    """

    def __init__(
        self, passages: Passages, packer: Packer, masker: Masker, lengths: Sequence[int], characters: int, seed: int
    ) -> None:
        self._passages, self._packer, self._masker = passages, packer, masker
        self._lengths = lengths
        self._characters = characters
        self._seed = seed

    def batch(self, number: int) -> MaskedBatch:
        """The next batch. `number` is its number in the run, from 0."""
        length = int(np.random.default_rng((self._seed, number)).choice(self._lengths))
        ids, starts = self._packer.rows(self._characters // length, length)
        return self._masker(ids, starts, (self._seed, number, 1))

    @property
    def passes(self) -> list[int]:
        """How often each file was read to its end."""
        return self._passages.passes

    def state(self) -> dict[str, Any]:
        """The position of the stream, for a checkpoint. It contains only text, lists and numbers."""
        ids, starts = self._packer.left
        return {"passages": self._passages.state(), "ids": ids.tolist(), "starts": starts.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a position that `state` returned."""
        self._passages.restore(state["passages"])
        self._packer.left = np.array(state["ids"], np.int64), np.array(state["starts"], np.bool_)


def held_out_batches(
    held_out: Sequence[str], table: CharacterTable, starts: Segmenter, masker: Masker, longest: int, characters: int
) -> list[MaskedBatch]:
    """Build batches of the held-out paragraphs. They have the same masks in each run.

    Args:
        held_out: the paragraphs. Text at the end that doesn't fill a row is left out.
        table: the characters of the encoder.
        starts: finds the beginnings of words.
        masker: masks the rows.
        longest: the longest row that the encoder can read, in characters.
        characters: the maximum number of characters of a batch, if it has several rows.
    """
    size = sum(len(paragraph) + 1 for paragraph in held_out)
    length = min(_HELD_OUT_LENGTH, longest, size + 2)
    rows = size // (length - 2)
    ids, marks = Packer(iter([list(held_out)]), table, starts).rows(rows, length)
    return list(_mask_batches(ids, marks, masker, max(1, characters // length)))


def _mask_batches(ids: Any, marks: Any, masker: Masker, rows: int) -> Iterator[MaskedBatch]:
    for number, start in enumerate(range(0, len(ids), rows)):
        yield masker(ids[start : start + rows], marks[start : start + rows], (0, number))
