"""How far a run is, by steps or by the clock, and the learning rate there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """When a run is over: after so many steps, or after so many seconds."""

    steps: int | None
    seconds: float | None

    def progress(self, step: int, elapsed: float) -> float:
        """The share of the run that is done in the middle of step `step`, counted from 0, or after `elapsed` seconds.

        At 1 or more the run is over.
        """
        if self.steps is not None:
            return (step + 0.5) / self.steps
        assert self.seconds is not None
        return elapsed / self.seconds


def learning_rate(progress: float, peak: float, begin: float, warmup: float) -> float:
    """0 up to `begin`, then a straight rise to `peak` over `warmup`, then a straight fall to 0 at the end.

    `progress`, `begin` and `warmup` are shares of the run.
    """
    top = begin + warmup
    if progress < begin:
        return 0.0
    if progress < top:
        return peak * (progress - begin) / warmup
    return peak * max(0.0, 1 - progress) / (1 - top)
