"""Ctrl-C in training: a checkpoint and a quiet end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class StopAtInterrupt(TrainerCallback):
    """Ends a run after the step in which it is interrupted; a second Ctrl-C ends the program as usual.

    `stopped` tells whether that ended a run that was not over. In the last step of an epoch the epoch's score and
    checkpoint come first: they are due in the uninterrupted run too.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._asked = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take over the signal inside the block."""
        before = signal.getsignal(signal.SIGINT)

        def ask(number: int, frame: FrameType | None) -> None:
            self._asked = True
            signal.signal(signal.SIGINT, before)

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if self._asked and state.epoch % 1 and state.global_step < state.max_steps:
            self.stopped = control.should_save = control.should_training_stop = True

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.stopped:  # within the epoch, and its checkpoint is there
            control.should_save = control.should_evaluate = control.should_log = False

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if self._asked and not control.should_training_stop and state.global_step < state.max_steps:
            self.stopped = control.should_training_stop = True
