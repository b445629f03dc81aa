"""The learning curve: how F1 grows with the training data, and what twice as many labels would give.

The distance of F1 to 100 is fitted by a power law of the number of sentences, 100 - F1 = a * n^-b. Sources: Kolachina
et al., *Prediction of Learning Curves in Machine Translation* (ACL 2012), for the family of curves; Hestness et al.,
*Deep Learning Scaling is Predictable, Empirically* (arXiv 1712.00409, 2017), for the power law of neural networks.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

FRACTION = "train-fraction"
FEWEST_SIZES = 3
"""The fewest numbers of sentences for a fit. Two points lie on every curve."""
_FURTHER = 2
_LEAST_ERROR = 0.01  # points of F1: the logarithm of 0 does not exist
_DRAWS = 200_000
_SEED = 1


class Forecast(NamedTuple):
    """The F1 of a run that is expected with so many training sentences, with its 95% prediction interval."""

    sentences: int
    f1: float
    low: float
    high: float


@dataclass(frozen=True)
class LearningCurve:
    """F1 by the number of training sentences.

    >>> curve = LearningCurve(pd.DataFrame({"sentences": [100, 200, 400], "f1": [60.0, 72.0, 79.0]}))
    >>> curve.doubled.sentences, round(curve.doubled.f1)
    (800, 85)

    Args:
        runs: a row for each run: `sentences`, and `f1` in percent.
    """

    runs: pd.DataFrame

    @property
    def points(self) -> pd.DataFrame:
        """A row for each number of sentences, in order: `sentences`, and mean `f1` with standard deviation `f1_sd`."""
        groups = self.runs.groupby("sentences")["f1"]
        return pd.DataFrame({"f1": groups.mean(), "f1_sd": groups.std()}).reset_index()

    @property
    def exponent(self) -> float | None:
        """The b in 100 - F1 = a * n^-b; None if there are fewer than `FEWEST_SIZES` numbers of sentences."""
        return None if self._fit is None else -self._fit.slope

    @property
    def doubled(self) -> Forecast | None:
        """What twice as many sentences as the most would give; None without a fit."""
        return self.forecast([_FURTHER * int(self.runs["sentences"].max())])[0] if self._fit else None

    def forecast(self, sentences: list[int]) -> list[Forecast]:
        """The F1 that a run is expected to have with these numbers of sentences.

        Raises:
            ValueError: there are too few points for a fit.
        """
        if self._fit is None:
            raise ValueError(f"expected runs with {FEWEST_SIZES} numbers of sentences or more, got fewer")
        logs = np.log(sentences)
        middle = self._fit.intercept + self._fit.slope * logs
        width = self._fit.width(logs)
        f1s = [100 - np.exp(middle + side * width) for side in (0, 1, -1)]
        return [Forecast(n, *(max(0.0, float(f1[i])) for f1 in f1s)) for i, n in enumerate(sentences)]

    @cached_property
    def _fit(self) -> "_Line | None":
        if self.runs["sentences"].nunique() < FEWEST_SIZES:
            return None
        errors = np.maximum(100 - self.runs["f1"].to_numpy(float), _LEAST_ERROR)
        return _Line(np.log(self.runs["sentences"].to_numpy(float)), np.log(errors))


@cache
def _student(freedom: int) -> float:
    """The 97.5th percentile of Student's t, from draws: SciPy would be a dependency for this number alone."""
    return float(np.quantile(np.abs(np.random.default_rng(_SEED).standard_t(freedom, _DRAWS)), 0.95))


class _Line:
    """A line through points by least squares, with the prediction interval of another point."""

    def __init__(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> None:
        self._x = x
        self.slope, self.intercept = map(float, np.polyfit(x, y, 1))
        left = y - self.intercept - self.slope * x
        freedom = len(x) - 2
        self._deviation = float(np.sqrt((left**2).sum() / freedom))
        self._t = _student(freedom)

    def width(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Half the width of the 95% prediction interval at `x`."""
        mean = self._x.mean()
        spread = 1 + 1 / len(self._x) + (x - mean) ** 2 / ((self._x - mean) ** 2).sum()
        width: npt.NDArray[np.float64] = self._t * self._deviation * np.sqrt(spread)
        return width


def explain(curves: dict[str, LearningCurve]) -> list[str]:
    """What twice as many labels would give, by each curve, and how far that can be trusted; nothing without curves."""
    lines = []
    for name, curve in curves.items():
        which = f"{name}: " if name else ""
        most = int(curve.runs["sentences"].max())
        if curve.doubled is None or curve.exponent is None:
            lines.append(
                f"{which}there are fewer than {FEWEST_SIZES} training sizes, so nothing is said about more labels: add "
                "values of train-fraction."
            )
            continue
        more = curve.doubled
        lines.append(
            f"{which}twice as many labelled sentences ({more.sentences:,} instead of {most:,}) would give F1 "
            f"{more.f1:.2f}; 95% prediction interval of one run: {more.low:.2f} to {more.high:.2f}. Fit: the distance "
            f"to 100 falls with the power -{curve.exponent:.2f} of the number of sentences."
            if curve.exponent > 0
            else f"{which}F1 does not rise with the number of sentences, so more of the same labels promise nothing."
        )
    if lines:
        lines.append(
            "The power law has no lower limit, but wrong labels and ambiguous text set one: the true gain may be "
            "smaller, and more than twice the data is a guess. New sentences are assumed to be like those of train."
        )
    return lines
