"""What a training run shows on the terminal: a bar within the epoch, a line behind it."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class ShowProgress(TrainerCallback):
    """Draws a progress bar over all steps and prints loss and dev scores after each epoch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps, loss {task.fields[loss]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = TaskID(0)
        self._losses: list[float] = []
        self._began = 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._began = time.perf_counter()
        self._task = self._progress.add_task("training", total=state.max_steps, completed=state.global_step, loss="-")
        self._progress.start()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._progress.update(self._task, completed=state.global_step)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if "loss" in kwargs["logs"]:
            self._losses.append(kwargs["logs"]["loss"])
            self._progress.update(self._task, loss=f"{self._losses[-1]:.2f}")

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        metrics = kwargs["metrics"]
        loss = f"{sum(self._losses) / len(self._losses):.2f}" if self._losses else "-"
        self._losses.clear()
        self._console.print(
            f"epoch {state.epoch:.3g} of {state.num_train_epochs}: loss {loss}, dev F1 {metrics['eval_f1']:.2f} "
            f"(precision {metrics['eval_precision']:.2f}, recall {metrics['eval_recall']:.2f}), "
            f"{time.perf_counter() - self._began:.0f} s",
            highlight=False,
            soft_wrap=True,
        )

    def stop(self) -> None:
        """Take the bar off the screen; for whoever started the run, since a failed one never ends by itself."""
        self._progress.stop()
