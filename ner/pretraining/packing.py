"""Paragraphs to rows of equal length without padding: where a row is full, the text goes on in the next."""

from collections.abc import Iterator

import numpy as np

from ner.characters.character_table import CharacterTable, Ids
from ner.pretraining.passages import Passage
from ner.pretraining.word_segmenter import Segmenter, Starts


class Packer:
    """Fills rows with the characters of passages, one after another; no character is lost or read twice.

    [SEP] stands behind each paragraph, as between the two texts that BERT was made to read, so that a row tells
    where a new text begins.
    """

    def __init__(self, passages: Iterator[Passage], table: CharacterTable, starts: Segmenter) -> None:
        self._passages = passages
        self._table = table
        self._starts = starts
        self.left: tuple[Ids, Starts] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_))
        """What of the last passage is not packed yet; a run that is taken up again begins with it."""

    def rows(self, count: int, length: int) -> tuple[Ids, Starts]:
        """Ids of `count` rows with [CLS] and [SEP] around them, and whether a word begins: `(count, length)` each.

        Raises:
            StopIteration: there is too little text left.
        """
        ids, starts = self._take(count * (length - 2))
        framed = np.empty((count, length), dtype=np.int64)
        framed[:, 0], framed[:, -1] = self._table.cls, self._table.sep
        framed[:, 1:-1] = ids.reshape(count, -1)
        marks = np.ones((count, length), dtype=np.bool_)
        marks[:, 2:-1] = starts.reshape(count, -1)[:, 1:]  # what a row begins with is a word of its own there
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
