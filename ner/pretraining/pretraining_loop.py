"""The training loop of a pretraining run.

It doesn't use the Hugging Face `Trainer`, which counts steps or epochs. A run here can be limited by time, and its text
is endless. The data loading, loss, schedule, evaluation and checkpoints of `Trainer` would all have to be replaced.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ner.errors import InputError
from ner.model.hardware import attention_kernel, use_bf16
from ner.pretraining.batch_stream import Batches
from ner.pretraining.masking import MaskedBatch
from ner.pretraining.objectives import Objective, held_out_scores
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.run_checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from ner.pretraining.schedule import Limit, learning_rate
from ner.runs.checkpoints import checkpoint_folder, new_checkpoint
from ner.runs.interruption import Interruption

# The values of RoBERTa (Liu et al. 2019, section 3.1): a larger second beta is unstable with large batches.
_BETAS, _EPSILON = (0.9, 0.98), 1e-6
_MINUTE = 60.0


@dataclass
class RunState:
    """The state of a run.

    Args:
        step: the number of finished steps.
        characters: the number of characters read.
        seconds: the time that the run has taken.
        progress: the finished share of the run, in [0, 1].
        loss: the loss of the last step.
        history: the scores of each evaluation on held-out text.
    """

    step: int = 0
    characters: int = 0
    seconds: float = 0.0
    progress: float = 0.0
    loss: float = float("nan")
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """What a run trains.

    Args:
        objective: the training objective.
        model: the encoder of the objective, with its head.
        head_first: whether to train the head alone at first.
    """

    objective: Objective
    model: PreTrainedModel
    head_first: bool


class PretrainingLoop:
    """Trains an objective until the run is over, and saves checkpoints.

    Args:
        task: the objective and the encoder to train.
        batches: the training batches.
        held_out: the batches for evaluation.
        settings: the settings of the run.
        unfinished: the folder of the checkpoints.
        show: called after each step with the state and False, and after each evaluation with the state and True.
    """

    def __init__(
        self,
        task: Task,
        batches: Batches,
        held_out: Sequence[MaskedBatch],
        settings: PretrainingSettings,
        unfinished: Path,
        show: Callable[[RunState, bool], None],
    ) -> None:
        self._objective, self._model = task.objective, task.model
        self._batches, self._held_out = batches, held_out
        self._settings = settings
        self._limit = Limit(settings.steps, settings.minutes * _MINUTE if settings.minutes else None)
        self._frozen_until = settings.warmup if task.head_first else 0.0  # share of the run
        self._unfinished = unfinished
        self._checkpoint: Path | None = None  # the newest whole one
        self._show = show
        self._device = task.model.device
        self._optimizer = torch.optim.AdamW(
            _parameter_groups(task.objective, task.model, settings.weight_decay), betas=_BETAS, eps=_EPSILON, fused=True
        )
        self.state = RunState()

    def run(self, checkpoint: Path | None, tell: Callable[[str], None]) -> bool:
        """Train until the run is over.

        Args:
            checkpoint: the folder of the checkpoint to continue from; None to start from the beginning.
            tell: told at once that the run will stop, when the user interrupts it.

        Returns:
            False if the user interrupted the run. Then a checkpoint is saved.

        Raises:
            InputError: the loss is not finite, or the checkpoint is damaged.
            OSError: the checkpoint can't be written.
        """
        state, interruption = self.state, Interruption()
        if checkpoint:
            self._restore(load_checkpoint(checkpoint))
            self._checkpoint = checkpoint
        else:
            self._evaluate()
        began = time.perf_counter() - state.seconds
        saved = state.seconds
        with interruption.catch_interrupt(tell):
            while (progress := self._limit.progress(state.step, state.seconds)) < 1:
                if interruption.requested:
                    self._save()
                    return False
                self._step(progress)
                state.seconds = time.perf_counter() - began
                state.progress = min(1.0, self._limit.progress(state.step, state.seconds))
                self._show(state, False)
                if state.seconds - saved >= self._settings.checkpoint_minutes * _MINUTE and state.progress < 1:
                    self._evaluate()
                    saved = state.seconds = time.perf_counter() - began  # with the time of the evaluation
                    self._save()
            # If the encoder can't be written, for example on a full disk, no training is lost.
            self._save()
        self._evaluate()
        return True

    def _step(self, progress: float) -> None:
        settings, state = self._settings, self.state
        for group in self._optimizer.param_groups:
            begin = self._frozen_until if group["name"] == "encoder" else 0.0
            group["lr"] = learning_rate(progress, settings.learning_rate, begin, settings.warmup)
        total = 0.0
        for number in range(settings.accumulate):
            batch = self._batches.batch(state.step * settings.accumulate + number)
            state.characters += batch.input_ids.numel()
            self._take_kernel(batch)
            with self._autocast():
                loss = self._objective.loss(batch.to(self._device), progress < self._frozen_until) / settings.accumulate
            torch.autograd.backward(loss)
            total += self._finite(loss)
        nn.utils.clip_grad_norm_(self._objective.parameters(), settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        state.step += 1
        state.loss = total

    def _finite(self, loss: Tensor) -> float:
        value = loss.item()
        if not torch.isfinite(loss):
            raise InputError(
                f"the loss is {value} at step {self.state.step + 1}: try a lower `learning_rate` "
                f"(it is {self._settings.learning_rate:g}), or `precision` fp32"
            )
        return value

    def _evaluate(self) -> None:
        """Evaluate on the held-out text.

        Raises:
            InputError: a score is not finite: the last step has ruined the weights.
        """
        self._objective.eval()
        with torch.inference_mode(), self._autocast():
            for batch in self._held_out[:1]:
                self._take_kernel(batch)
            scores = held_out_scores(self._objective, (batch.to(self._device) for batch in self._held_out))
        self._objective.train()
        if not math.isfinite(scores["loss"]):
            raise InputError(
                f"the loss on the held-out text is not finite after step {self.state.step}: try a lower "
                f"`learning_rate` (it is {self._settings.learning_rate:g}) or `weight_decay` "
                f"({self._settings.weight_decay:g}), or `precision` fp32"
            )
        position = {
            "step": self.state.step,
            "characters": self.state.characters,
            "minutes": self.state.seconds / _MINUTE,
        }
        self.state.history.append({**position, **scores})
        self._show(self.state, True)

    def _take_kernel(self, batch: MaskedBatch) -> None:
        self._model.set_attn_implementation(attention_kernel(self._device, batch.input_ids.shape[1]))

    def _autocast(self) -> AbstractContextManager[None]:
        bf16 = use_bf16(self._settings.precision, self._device)
        return torch.autocast(self._device.type, torch.bfloat16, enabled=bf16)

    def _save(self) -> None:
        """Save a checkpoint. The one before stays."""
        state = self.state
        if self._checkpoint == checkpoint_folder(self._unfinished, state.step):
            return
        checkpoint = Checkpoint(
            step=state.step,
            characters=state.characters,
            seconds=state.seconds,
            history=state.history,
            objective=self._objective.state_dict(),
            optimizer=self._optimizer.state_dict(),
            batches=self._batches.state(),
        )
        before = [self._checkpoint] if self._checkpoint else []
        with new_checkpoint(self._unfinished, state.step, before) as folder:
            save_checkpoint(checkpoint, folder)
        self._checkpoint = folder

    def _restore(self, checkpoint: Checkpoint) -> None:
        self._objective.load_state_dict(checkpoint.objective)
        self._optimizer.load_state_dict(checkpoint.optimizer)
        self._batches.restore(checkpoint.batches)
        state = self.state
        state.step, state.characters, state.seconds = checkpoint.step, checkpoint.characters, checkpoint.seconds
        state.history = checkpoint.history


def _parameter_groups(objective: nn.Module, model: PreTrainedModel, weight_decay: float) -> list[dict[str, object]]:
    """Group the parameters into encoder and head, with and without weight decay (none for biases and normalization)."""
    inside = {id(parameter) for parameter in model.base_model.parameters()}
    groups: dict[tuple[str, bool], list[nn.Parameter]] = {}
    for parameter in objective.parameters():
        part = "encoder" if id(parameter) in inside else "head"
        groups.setdefault((part, parameter.ndim > 1), []).append(parameter)
    return [
        {"name": part, "params": parameters, "weight_decay": weight_decay if decays else 0.0}
        for (part, decays), parameters in groups.items()
    ]
