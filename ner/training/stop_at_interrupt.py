"""Ctrl-C during training: save a checkpoint and stop."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.runs.interruption import Interruption
from ner.training.ranks import Ranks


class StopAtInterrupt(TrainerCallback):
    """Stops a run after the step in which the user pressed Ctrl-C. A second Ctrl-C ends the program as usual.

    `stopped` is True if the run stopped before its end. After the last step of an epoch, the run computes the dev
    scores and saves the checkpoint of the epoch before it stops, as an uninterrupted run does.

    Of several ranks, all stop after the step in which one of them was asked to.

    Args:
        ranks: the processes that train together.
    """

    def __init__(self, ranks: Ranks) -> None:
        self.stopped = False
        self._ranks = ranks
        # torchrun sends SIGTERM after the Ctrl-C of the terminal, and ends by force who doesn't stop in 30 seconds.
        self._interruption = Interruption(insist=ranks.number > 1)

    @property
    def requested(self) -> bool:
        """Whether the user asked to stop, be it too late for this run."""
        return self._interruption.requested

    def installed(self, tell: Callable[[str], None]) -> AbstractContextManager[None]:
        """Catch Ctrl-C inside the block. `tell` is told at once that the run will stop."""
        return self._interruption.catch_interrupt(tell)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._interruption.requested = self._ranks.any(self._interruption.requested)
        if self._interruption.requested and state.epoch % 1 and state.global_step < state.max_steps:
            self.stopped = control.should_save = control.should_training_stop = True

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.stopped:  # in the middle of the epoch; the checkpoint is already saved
            control.should_save = control.should_evaluate = control.should_log = False

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._interruption.requested = self._ranks.any(self._interruption.requested)
        if self._interruption.requested and not control.should_training_stop and state.global_step < state.max_steps:
            self.stopped = control.should_training_stop = True
