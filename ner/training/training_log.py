"""The log of a run for programs: one JSON object per line, written as things happen."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.files import name_errors
from ner.runs.launched import process_number


class TrainingLog(TrainerCallback):
    """Appends a line to a file for each event. What the file had stays, so a resumed run goes on in it.

    Each line has `event` and `seconds`, the time since the log was opened. An event `epoch` also has `epoch`, `step`,
    the mean training `loss` (null if no step was logged), and `dev`: `precision`, `recall` and `f1` in percent, and the
    same for each of the `types`. Of several processes that train together, only the first one writes.

    Args:
        path: the file.
        begin: the fields of the event `begin`, which is written when the training loop begins.
    """

    def __init__(self, path: Path, begin: Mapping[str, Any]) -> None:
        self._path = path
        self._begin = begin
        self._began = time.perf_counter()
        self._losses: list[float] = []

    def write(self, event: str, **fields: Any) -> None:
        """Append a line.

        Raises:
            OSError: the file can't be written.
        """
        if process_number() > 0:
            return
        content = {"event": event, "seconds": round(time.perf_counter() - self._began, 1), **fields}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with name_errors(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(content, ensure_ascii=False) + "\n")

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self.write("begin", **self._begin)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if "loss" in kwargs["logs"]:
            self._losses.append(kwargs["logs"]["loss"])

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        dev: dict[str, Any] = {"types": {}}
        for name, value in kwargs["metrics"].items():
            score, _, type_ = name.removeprefix("eval_").partition("/")
            if score in ("precision", "recall", "f1"):
                (dev["types"].setdefault(type_, {}) if type_ else dev)[score] = value
        loss = fmean(self._losses) if self._losses else None
        self._losses.clear()
        self.write("epoch", epoch=state.epoch, step=state.global_step, loss=loss, dev=dev)
