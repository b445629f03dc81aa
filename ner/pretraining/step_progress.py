"""Reports the progress of a pretraining run: each step, and a line after each evaluation."""

from ner.pretraining.pretraining_loop import RunState
from ner.quantities import describe_duration
from ner.runs.progress import Progress

_POSITION = ("step", "characters", "minutes")


class StepProgress:
    """Reports the finished share of the run, the loss, and the characters per second."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, state: RunState, measured: bool) -> None:
        """Report the state of a run; if it was just evaluated (`measured`), the scores on held-out text too."""
        speed = state.characters / state.seconds if state.seconds else 0.0
        status = f"step {state.step:,}, loss {state.loss:.3f}, {speed:,.0f} characters a second"
        self._progress.advance(state.progress, status)
        if measured:
            scores = {name: value for name, value in state.history[-1].items() if name not in _POSITION}
            shown = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in scores.items())
            self._progress.note(
                f"step {state.step:,}, {describe_duration(state.seconds / 60)}, {state.characters:,} characters read "
                f"({speed:,.0f} a second): held-out {shown}"
            )
