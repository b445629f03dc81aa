"""Reports the progress of a training run: each step, and a line after each epoch."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.runs.progress import Progress


def describe_f1(scores: Mapping[str, float]) -> str:
    """The dev scores of a tagger in words."""
    return (
        f"dev F1 {scores['eval_f1']:.2f} (precision {scores['eval_precision']:.2f}, recall {scores['eval_recall']:.2f})"
    )


class EpochProgress(TrainerCallback):
    """Reports each step with its loss, and the loss and the dev scores of each epoch, to `progress`.

    Args:
        progress: shows the progress.
        describe: says what the dev scores of an epoch are.
    """

    def __init__(self, progress: Progress, describe: Callable[[Mapping[str, float]], str] = describe_f1) -> None:
        self._progress = progress
        self._describe = describe
        self._losses: list[float] = []
        self._loss = "-"
        self._began = 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._began = time.perf_counter()
        self._progress.start("training", state.max_steps)
        self._progress.advance(state.global_step)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._progress.advance(state.global_step, f"steps, loss {self._loss}")

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if "loss" in kwargs["logs"]:
            self._losses.append(kwargs["logs"]["loss"])
            self._loss = f"{self._losses[-1]:.2f}"

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        loss = f"{sum(self._losses) / len(self._losses):.2f}" if self._losses else "-"
        self._losses.clear()
        self._progress.note(
            f"epoch {state.epoch:.3g} of {state.num_train_epochs}: loss {loss}, {self._describe(kwargs['metrics'])}, "
            f"{time.perf_counter() - self._began:.0f} s"
        )
