"""The progress of a run, by steps or by time, and the learning rate."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """The end of a run: after a number of steps, or after a number of seconds. One of them is None."""

    steps: int | None
    seconds: float | None

    def progress(self, step: int, elapsed: float) -> float:
        """The finished share of the run. The run is over at 1 or more.

        Args:
            step: the current step, from 0. The share is that in the middle of the step.
            elapsed: the seconds since the start of the run.
        """
        if self.steps is not None:
            return (step + 0.5) / self.steps
        assert self.seconds is not None
        return elapsed / self.seconds


def learning_rate(progress: float, peak: float, begin: float, warmup: float) -> float:
    """The learning rate: 0 until `begin`, a linear rise to `peak` during `warmup`, then a linear fall to 0.

    `progress`, `begin` and `warmup` are shares of the run, in [0, 1].
    """
    top = begin + warmup
    if progress < begin:
        return 0.0
    if progress < top:
        return peak * (progress - begin) / warmup
    return peak * max(0.0, 1 - progress) / (1 - top)
