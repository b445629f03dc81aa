"""Reports the progress of a training run: each step, and a line after each epoch."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.memory import gigabytes, peak_memory
from ner.quantities import counted, describe_duration
from ner.runs.progress import Progress

_MEASURED_STEPS, _MEASURED_SECONDS = 5, 10.0
"""The least that is measured before the time of a run is told. The first step is slower, so it is left out."""


_F1_OF = "eval_f1/"  # and the type
_SHOWN_TYPES = 4
"""The most types whose F1 is shown after each epoch. Of more, the lowest ones are."""


def describe_f1(scores: Mapping[str, float]) -> str:
    """The dev scores of a tagger in words."""
    types = {name.removeprefix(_F1_OF): score for name, score in scores.items() if name.startswith(_F1_OF)}
    lowest = sorted(types, key=types.__getitem__)[:_SHOWN_TYPES]
    shown = ", ".join(f"{type_} {types[type_]:.2f}" for type_ in types if type_ in lowest)
    described = f"precision {scores['eval_precision']:.2f}, recall {scores['eval_recall']:.2f}"
    if len(types) > 1:
        described += f"; lowest {shown}" if len(types) > _SHOWN_TYPES else f"; {shown}"
    return f"dev F1 {scores['eval_f1']:.2f} ({described})"


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
        self._warm: tuple[int, float] | None = None  # the first step, and when it ended
        self._is_time_told = False

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._began = time.perf_counter()
        self._progress.start("training", state.max_steps)
        self._progress.advance(state.global_step)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._progress.advance(state.global_step, f"steps, loss {self._loss}")
        self._tell_time(state)

    def _tell_time(self, state: TrainerState) -> None:
        """Tell once, after some steps, how long the run takes and how much memory it needs."""
        if self._is_time_told:
            return
        now = time.perf_counter()
        if self._warm is None:
            self._warm = state.global_step, now
        steps, seconds = state.global_step - self._warm[0], now - self._warm[1]
        if steps < _MEASURED_STEPS or seconds < _MEASURED_SECONDS:
            return
        self._is_time_told = True
        left = state.max_steps - state.global_step
        memory = torch.cuda.max_memory_reserved() if torch.cuda.is_available() else peak_memory()
        duration = describe_duration(left * seconds / steps / 60)
        line = f"time   about {duration} for the next {counted(left, 'step')}, without scoring dev"
        self._progress.note(f"{line}; {gigabytes(memory)} of memory until now" if memory else line)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if "loss" in kwargs["logs"]:
            self._losses.append(kwargs["logs"]["loss"])
            self._loss = f"{self._losses[-1]:.2f}"

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        metrics, best = kwargs["metrics"], state.best_metric  # that of the epochs before
        is_best = best is None or metrics[f"eval_{args.metric_for_best_model}"] > best
        loss = f"{sum(self._losses) / len(self._losses):.2f}" if self._losses else "-"
        self._losses.clear()
        self._progress.note(
            f"epoch {state.epoch:.3g} of {state.num_train_epochs}: loss {loss}, {self._describe(metrics)}, "
            f"{time.perf_counter() - self._began:.0f} s{'; the best until now' * is_best}"
        )
