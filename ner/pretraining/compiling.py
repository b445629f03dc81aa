"""Compiling the layers of an encoder with torch.compile, if the machine has a compiler."""

import torch
from transformers import PreTrainedModel

from ner.pretraining.starting_encoder import encoder_layers

# Each length is compiled twice: for training, and for evaluation.
_VARIANTS_A_LENGTH = 2


def compile_layers(model: PreTrainedModel, lengths: int) -> bool:
    """Compile each layer separately, so that all layers share the compiled code.

    Args:
        model: the encoder with its head.
        lengths: the number of different row lengths. Each length has its own code.

    Returns:
        False if there is no compiler. Then nothing is changed.
    """
    if not _has_compiler():
        return False
    limit = torch._dynamo.config.recompile_limit
    torch._dynamo.config.recompile_limit = max(limit, _VARIANTS_A_LENGTH * (lengths + 1))
    for layer in encoder_layers(model):
        layer.compile(dynamic=False)
    return True


def _has_compiler() -> bool:
    """Compile a small function. A compiler may be installed without the headers that it needs."""
    try:
        torch.compile(lambda tensor: tensor + 1)(torch.ones(2))
    except Exception:  # the exception depends on the platform and the version
        return False
    finally:
        torch.compiler.reset()
    return True
