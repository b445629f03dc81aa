"""torch.compile for an encoder's layers, where the machine can."""

import torch
from transformers import PreTrainedModel

from ner.pretraining.starting_encoder import encoder_layers

# Of each length two: one that learns, and one of held-out text.
_VARIANTS_A_LENGTH = 2


def compile_layers(model: PreTrainedModel, lengths: int) -> bool:
    """Compile the layers one by one, so that all share one piece of code for each of so many lengths of rows.

    False, and nothing is done, where there is no compiler.
    """
    if not _has_compiler():
        return False
    limit = torch._dynamo.config.recompile_limit
    torch._dynamo.config.recompile_limit = max(limit, _VARIANTS_A_LENGTH * (lengths + 1))
    for layer in encoder_layers(model):
        layer.compile(dynamic=False)
    return True


def _has_compiler() -> bool:
    """Try it: a compiler may be there and lack the headers that it needs."""
    try:
        torch.compile(lambda tensor: tensor + 1)(torch.ones(2))
    except Exception:  # what a missing compiler raises differs between platforms and versions
        return False
    finally:
        torch.compiler.reset()
    return True
