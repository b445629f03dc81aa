"""The moving average of a network's weights, which is scored and saved in place of the weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from safetensors.torch import load_model, save_model
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.model.encoder_network import EncoderNetwork
from ner.model.model_files import WEIGHTS
from ner.training.run_output import RAW_WEIGHTS


class WeightAverage(TrainerCallback):
    """The exponential moving average of all weights of a network. Each training step updates it.

    The model in a checkpoint has the averaged weights. The raw weights, which training continues with, are in a
    separate file.

    Args:
        model: the network that is trained. Its buffers are copied, not averaged.
        decay: the weight of the old average in an update. It is smaller in the first steps, see `decay_at`.
    """

    def __init__(self, model: EncoderNetwork, decay: float) -> None:
        self._raw = model
        self._averaged = AveragedModel(model, multi_avg_fn=_moving_average(decay))

    @property
    def model(self) -> EncoderNetwork:
        """The network with the averaged weights."""
        return cast(EncoderNetwork, self._averaged.module)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._averaged.n_averaged.fill_(state.global_step)  # more than 0 in a resumed run

    def on_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._averaged.update_parameters(self._raw)

    def save_raw(self, checkpoint: Path) -> None:
        """Write the raw weights into a checkpoint, whose model has the averaged weights."""
        save_model(self._raw, str(checkpoint / RAW_WEIGHTS))

    def load(self, checkpoint: Path) -> None:
        """Load the averaged and the raw weights from a checkpoint."""
        load_model(self.model, checkpoint / WEIGHTS)
        load_model(self._raw, checkpoint / RAW_WEIGHTS)


def decay_at(step: int, decay: float) -> float:
    """The decay after `step` steps: min(decay, (1 + step) / (10 + step)).

    This is the warm-up of TensorFlow's `ExponentialMovingAverage`. Without it, the initial weights would dominate the
    average of a short run.
    """
    return min(decay, (1 + step) / (10 + step))


def _moving_average(decay: float) -> Callable[[Any, Any, Tensor | int], None]:
    def update(averaged: Any, current: Any, steps: Tensor | int) -> None:
        get_ema_multi_avg_fn(decay_at(int(steps), decay))(averaged, current, steps)  # type: ignore[no-untyped-call]

    return update
