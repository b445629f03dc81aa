"""Ctrl-C in training: a checkpoint and a quiet end."""

from contextlib import AbstractContextManager
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.runs.interruption import Interruption


class StopAtInterrupt(TrainerCallback):
    """Ends a run after the step in which it is interrupted; a second Ctrl-C ends the program as usual.

    `stopped` tells whether that ended a run that was not over. In the last step of an epoch the epoch's score and
    checkpoint come first: they are due in the uninterrupted run too.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._interruption = Interruption()

    def installed(self) -> AbstractContextManager[None]:
        """Take over the signal inside the block."""
        return self._interruption.catch_interrupt()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if self._interruption.requested and state.epoch % 1 and state.global_step < state.max_steps:
            self.stopped = control.should_save = control.should_training_stop = True

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.stopped:  # within the epoch, and its checkpoint is there
            control.should_save = control.should_evaluate = control.should_log = False

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if self._interruption.requested and not control.should_training_stop and state.global_step < state.max_steps:
            self.stopped = control.should_training_stop = True
