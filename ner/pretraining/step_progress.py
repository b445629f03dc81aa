"""What a pretraining run reports: each step, and a line for each look at the held-out text."""

from ner.pretraining.pretraining_loop import RunState
from ner.runs.progress import Progress

_PLACE = ("step", "characters", "minutes")


class StepProgress:
    """Reports the share of the run that is done, with the loss and the characters a second of this part of it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, state: RunState, measured: bool) -> None:
        """Report where a run stands, and the scores on the held-out text if they were just measured."""
        speed = state.characters / state.seconds if state.seconds else 0.0
        status = f"step {state.step:,}, loss {state.loss:.3f}, {speed:,.0f} characters a second"
        self._progress.advance(state.progress, status)
        if measured:
            scores = {name: value for name, value in state.history[-1].items() if name not in _PLACE}
            told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in scores.items())
            self._progress.note(
                f"step {state.step:,}, {state.seconds / 60:.1f} minutes, {state.characters:,} characters read "
                f"({speed:,.0f} a second): held-out {told}"
            )
