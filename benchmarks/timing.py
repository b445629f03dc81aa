"""Timing two calls in turn, so that other load on the machine affects both, and their ratio is reliable."""

from collections.abc import Callable
from statistics import median, quantiles
from timeit import Timer
from typing import NamedTuple


class Comparison(NamedTuple):
    """Medians over the rounds: seconds of both calls, and other time divided by time, with its quartiles."""

    seconds: float
    other_seconds: float
    ratio: float
    low: float
    high: float


def in_turn(call: Callable[[], object], other: Callable[[], object], rounds: int) -> Comparison:
    """Time both calls in turn, `rounds` times (at least 2). One call of each before is not counted."""
    timers = Timer(call), Timer(other)
    for timer in timers:
        timer.timeit(1)
    seconds, others = zip(*([timer.timeit(1) for timer in timers] for _ in range(rounds)), strict=True)
    low, ratio, high = quantiles((b / a for a, b in zip(seconds, others, strict=True)), n=4, method="inclusive")
    return Comparison(median(seconds), median(others), ratio, low, high)
