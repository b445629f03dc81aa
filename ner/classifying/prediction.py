"""What a classifier says about a text."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """The labels of a text, and the probability of each label.

    >>> Prediction(("体育",), {"体育": 0.9, "财经": 0.1}).score
    0.9

    Args:
        labels: the predicted labels, the most probable first: one, or any number of them if texts can have several.
        scores: the probability of each label, the most probable first.
    """

    labels: tuple[str, ...]
    scores: Mapping[str, float]

    @property
    def label(self) -> str | None:
        """The most probable of the predicted labels; None if there is none."""
        return self.labels[0] if self.labels else None

    @property
    def score(self) -> float:
        """The probability of the most probable label."""
        return next(iter(self.scores.values()))
