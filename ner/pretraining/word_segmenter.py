"""Finding the beginnings of words, for masking whole words."""

import importlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ner.errors import InputError
from ner.extras import how_to_install
from ner.pretraining.pretraining_settings import MaskingName

Starts = npt.NDArray[np.bool_]
Segmenter = Callable[[str], Starts]
"""For each character of a text, whether a word begins with it: `(chars,)`."""


def segmenter(masking: MaskingName) -> Segmenter:
    """The function that finds the beginnings of the units to mask: words or single characters.

    Raises:
        InputError: `masking` is word, and the package for it is not installed.
    """
    if masking == "character":
        return lambda text: np.ones(len(text), dtype=np.bool_)
    try:
        cut: Callable[[str], list[str]] = importlib.import_module("rjieba").cut
    except ModuleNotFoundError:
        raise InputError(
            f"masking whole words needs a word segmenter: {how_to_install('pretrain')}, or pass `masking` character"
        ) from None

    def starts(text: str) -> Starts:
        marks = np.zeros(len(text), dtype=np.bool_)
        marks[np.cumsum([0, *(len(word) for word in cut(text))])[:-1]] = True
        return marks

    return starts
