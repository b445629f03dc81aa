"""Running the training loop of a network to its end, or to the point where the user stops it."""

import time
from dataclasses import dataclass
from pathlib import Path

from transformers import TrainerState

from ner.errors import InterruptedRun
from ner.quantities import counted
from ner.runs.progress import Progress
from ner.training.network_trainer import NetworkTrainer


@dataclass(frozen=True)
class Fitted:
    """The result of the training loop: its final state, its duration in minutes, and whether to stop after the run."""

    state: TrainerState
    minutes: float
    interrupted: bool


def fit(trainer: NetworkTrainer, checkpoint: Path | None, patience: int, progress: Progress, way_out: str) -> Fitted:
    """Train a network. At the end, it has the weights of the best epoch.

    Args:
        trainer: the loop.
        checkpoint: the checkpoint to continue from; None for the beginning.
        patience: the number of epochs without a better dev score after which the trainer stops.
        progress: shows the progress of the run.
        way_out: how to continue the run, for the message if it is stopped.

    Raises:
        InterruptedRun: the user stopped the run.
    """
    began = time.perf_counter()
    try:
        finished = trainer.run(checkpoint, progress.note)
    finally:
        progress.finish()
    state = trainer.state
    if not finished:
        raise InterruptedRun(f"stopped after step {state.global_step:,} of {state.max_steps:,}; {way_out}")
    progress.note(describe_end(state, patience))
    return Fitted(state, (time.perf_counter() - began) / 60, trainer.interrupted)


def describe_end(state: TrainerState, patience: int) -> str:
    """Why a run ended, and which epoch is kept."""
    best = next(entry["epoch"] for entry in state.log_history if entry["step"] == state.best_global_step)
    if state.global_step < state.max_steps:
        return (
            f"stopped: no better dev F1 for {counted(patience, 'epoch')}; epoch {best:.3g} is kept "
            f"(dev F1 {state.best_metric:.2f})"
        )
    return f"epoch {best:.3g} of {state.num_train_epochs} is kept (dev F1 {state.best_metric:.2f})"
