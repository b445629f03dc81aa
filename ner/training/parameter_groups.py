"""The parameters to train, in groups with a learning rate and a weight decay."""

import re
from typing import Any

from torch import nn

from ner.model.encoder_network import EncoderNetwork
from ner.training.loop_settings import LoopSettings

_LAYER = re.compile(r"\.layers?\.(\d+)\.")


def parameter_groups(model: EncoderNetwork, settings: LoopSettings) -> list[dict[str, Any]]:
    """Group the parameters to train by part (head or encoder), learning rate and weight decay.

    The learning rate of an encoder layer is `layer_decay` times the rate of the layer above. Biases, normalization,
    single vectors and the CRF have no weight decay. Weight decay would make the CRF's forbidden transitions possible.

    Returns:
        The groups as `torch.optim.AdamW` takes them, with a `name`: `encoder` or `head`.
    """
    top = model.encoder.config.num_hidden_layers
    groups: dict[tuple[str, float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if settings.mode == "frozen" and name.startswith("encoder."):
            continue
        part, rate = "head", settings.head_learning_rate
        if name.startswith("encoder."):
            part, rate = "encoder", settings.learning_rate * settings.layer_decay ** (top - layer_of(name, top))
        decays = parameter.ndim > 1 and not name.startswith("tag_decoder.")
        groups.setdefault((part, rate, decays), []).append(parameter)
    return [
        {"name": part, "params": parameters, "lr": rate, "weight_decay": settings.weight_decay if decays else 0.0}
        for (part, rate, decays), parameters in groups.items()
    ]


def layer_of(name: str, top: int) -> int:
    """The layer of an encoder parameter, from 1 to `top`; 0 for embeddings, `top` for parameters above all layers."""
    if match := _LAYER.search(name):
        return int(match[1]) + 1
    return 0 if "embeddings" in name else top
