"""What computes the scores of a classifier: its network in PyTorch, or exported."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from ner.choices import ExportPrecision, PrecisionName
from ner.classifying.text_windows import RowBatch

Scores = npt.NDArray[np.float32]


class ClassifierEngine(Protocol):
    """A trained network, in PyTorch or exported.

    Args:
        labels: the labels, in the order of the scores.
        pairs: whether it reads pairs of texts.
        multi_label: whether a text can have several labels, or none.
        window: the most characters that the network reads at once.
        precision: the number format that it uses.
    """

    labels: list[str]
    pairs: bool
    multi_label: bool
    window: int
    precision: PrecisionName | ExportPrecision

    @property
    def temperature(self) -> float:
        """What divides the scores before they become probabilities."""
        ...

    def scores(self, batch: RowBatch) -> Scores:
        """The scores of the labels of each row: `(rows, labels)`."""
        ...
