"""Packing paragraphs into rows of equal length, without padding. Text that doesn't fit continues in the next row."""

from collections.abc import Iterator

import numpy as np

from ner.characters.character_table import CharacterTable, Ids
from ner.pretraining.passages import Passage
from ner.pretraining.word_segmenter import Segmenter, Starts


class Packer:
    """Fills rows with the characters of passages. Each character is used exactly once.

    [SEP] follows each paragraph, as it follows each of the two texts in BERT's input. It shows where a new text begins.

    Args:
        passages: the stream of text.
        table: the characters of the encoder.
        starts: finds the beginnings of words.
    """

    def __init__(self, passages: Iterator[Passage], table: CharacterTable, starts: Segmenter) -> None:
        self._passages = passages
        self._table = table
        self._starts = starts
        self.left: tuple[Ids, Starts] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_))
        """The part of the last passage that is not packed yet. A resumed run starts with it."""

    def rows(self, count: int, length: int) -> tuple[Ids, Starts]:
        """Pack the next rows.

        Args:
            count: the number of rows.
            length: the length of a row in characters, with [CLS] and [SEP].

        Returns:
            The ids, and whether a word begins at each position, both `(count, length)`.

        Raises:
            StopIteration: not enough text is left.
        """
        ids, starts = self._take(count * (length - 2))
        framed = np.empty((count, length), dtype=np.int64)
        framed[:, 0], framed[:, -1] = self._table.cls, self._table.sep
        framed[:, 1:-1] = ids.reshape(count, -1)
        marks = np.ones((count, length), dtype=np.bool_)
        marks[:, 2:-1] = starts.reshape(count, -1)[:, 1:]  # the first character of a row always begins a word
        return framed, marks

    def _take(self, wanted: int) -> tuple[Ids, Starts]:
        ids, starts = [self.left[0]], [self.left[1]]
        size = len(ids[0])
        while size < wanted:
            for paragraph in next(self._passages):
                ids += [self._table.encode(paragraph), np.array([self._table.sep])]
                starts += [self._starts(paragraph), np.array([True])]
                size += len(paragraph) + 1
        all_ids, all_starts = np.concatenate(ids), np.concatenate(starts)
        self.left = all_ids[wanted:], all_starts[wanted:]
        return all_ids[:wanted], all_starts[:wanted]
