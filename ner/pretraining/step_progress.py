"""What a pretraining run shows on the terminal: a bar, and a line for each look at the held-out text."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ner.pretraining.pretrainer import RunState


class ShowPretraining:
    """Draws the share of the run that is done, with the loss and the characters a second of this part of it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("pretraining"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[what]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("pretraining", total=1.0, what="")
        self._progress.start()

    def __call__(self, state: RunState, measured: bool) -> None:
        """Show where a run stands, and the scores on the held-out text if they were just measured."""
        speed = state.characters / state.seconds if state.seconds else 0.0
        what = f"step {state.step:,}, loss {state.loss:.3f}, {speed:,.0f} characters a second"
        self._progress.update(self._task, completed=state.progress, what=what)
        if measured:
            scores = {name: value for name, value in state.history[-1].items() if name not in _PLACE}
            told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in scores.items())
            self._console.print(
                f"step {state.step:,}, {state.seconds / 60:.1f} minutes, {state.characters:,} characters read "
                f"({speed:,.0f} a second): held-out {told}",
                highlight=False,
                soft_wrap=True,
            )

    def stop(self) -> None:
        """Take the bar off the screen."""
        self._progress.stop()


_PLACE = ("step", "characters", "minutes")
