"""Finding the beginnings of words, for masking whole words."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ner.pretraining.pretraining_settings import MaskingName
from ner.words.segmenter import open_segmenter
from ner.words.word_table import cut

Starts = npt.NDArray[np.bool_]
Segmenter = Callable[[str], Starts]
"""For each character of a text, whether a word begins with it: `(chars,)`."""


def segmenter(masking: MaskingName) -> Segmenter:
    """The function that finds the beginnings of the units to mask: words or single characters."""
    if masking == "character":
        return lambda text: np.ones(len(text), dtype=np.bool_)
    jieba = open_segmenter("jieba")

    def starts(text: str) -> Starts:
        marks = np.zeros(len(text), dtype=np.bool_)
        marks[np.cumsum([0, *(length for length, _ in cut(jieba, text))])[:-1]] = True
        return marks

    return starts
