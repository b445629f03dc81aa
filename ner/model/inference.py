"""Running a network without changing it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers import PreTrainedModel


@contextmanager
def inference(model: PreTrainedModel, *, bf16: bool) -> Iterator[None]:
    """Run a network without dropout and gradients. After the block, a network in training mode is in it again."""
    was_training = model.training
    model.train(False)
    try:
        with torch.inference_mode(), torch.autocast(model.device.type, torch.bfloat16, bf16):
            yield
    finally:
        model.train(was_training)
