"""The moving average of a network's weights, which is what is scored and kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from safetensors.torch import load_model, save_model
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.model.model_files import WEIGHTS
from ner.model.network import BertBiLstmCrf

_RAW = "raw.safetensors"


class WeightAverage(TrainerCallback):
    """The exponential moving average of all weights of `model`, made one step longer by each step of training.

    A checkpoint holds the average as its model, and the weights that training goes on with beside it.

    Args:
        model: the network that is trained; its buffers are copied.
        decay: the share of the average that stays in a step; see `decay_at` for the first ones.
    """

    def __init__(self, model: BertBiLstmCrf, decay: float) -> None:
        self._raw = model
        self._averaged = AveragedModel(model, multi_avg_fn=_moving_average(decay))

    @property
    def model(self) -> BertBiLstmCrf:
        """The network with the average as its weights."""
        return cast(BertBiLstmCrf, self._averaged.module)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._averaged.n_averaged.fill_(state.global_step)  # not 0 in a resumed run

    def on_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._averaged.update_parameters(self._raw)

    def save_raw(self, checkpoint: Path) -> None:
        """Write the weights of training into a checkpoint whose model is the average."""
        save_model(self._raw, str(checkpoint / _RAW))

    def load(self, checkpoint: Path) -> None:
        """Take both kinds of weights from a checkpoint."""
        load_model(self.model, checkpoint / WEIGHTS)
        load_model(self._raw, checkpoint / _RAW)


def decay_at(step: int, decay: float) -> float:
    """The decay after `step` steps: min(decay, (1 + step) / (10 + step)).

    The warm-up of TensorFlow's `ExponentialMovingAverage`, without which a short run would average in the weights
    that it began with.
    """
    return min(decay, (1 + step) / (10 + step))


def _moving_average(decay: float) -> Callable[[Any, Any, Tensor | int], None]:
    def update(averaged: Any, current: Any, steps: Tensor | int) -> None:
        get_ema_multi_avg_fn(decay_at(int(steps), decay))(averaged, current, steps)  # type: ignore[no-untyped-call]

    return update
