"""The layer of an encoder that vectors are from."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from ner.errors import InputError

Layer = int | Literal["mean", "last4", "all"]
"""A number (0 for the embeddings, -1 for the top), the mean of all layers, or a concatenation of layers."""

_COMBINED = ("mean", "last4", "all")
_LAST = 4


def parse_layer(text: str) -> Layer:
    """Read a layer from text.

    Raises:
        InputError: the text is neither a number nor a name.
    """
    for name in _COMBINED:
        if text == name:
            return name  # type: ignore[return-value]  # one of the literals
    try:
        return int(text)
    except ValueError:
        raise InputError(
            f"expected `layer` to be a number (-1 is the top), or one of {', '.join(_COMBINED)}, got {text!r}"
        ) from None


def side_by_side(layer: Layer, layers: int) -> int:
    """The number of layers that are concatenated in a vector.

    Args:
        layer: the choice.
        layers: the number of layers of the encoder, including the embeddings.

    Raises:
        InputError: the encoder has no such layer.
    """
    if isinstance(layer, bool) or not (isinstance(layer, int) or layer in _COMBINED):
        raise InputError(f"expected `layer` to be a whole number, or one of {', '.join(_COMBINED)}, got {layer!r}")
    if isinstance(layer, int) and not -layers <= layer < layers:
        raise InputError(
            f"the encoder has no layer {layer}: expected 0 (embeddings) to {layers - 1} (top), or -1 (top) to "
            f"{-layers} (embeddings)"
        )
    return {"last4": min(_LAST, layers), "all": layers}.get(str(layer), 1)


def take_layer(states: Sequence[Tensor], layer: Layer) -> Tensor:
    """Select or combine layers.

    Args:
        states: the hidden states of each layer, `(batch, chars, hidden)`; layer 0 is the embeddings.
        layer: the choice.

    Returns:
        `(batch, chars, size)` in float32. Concatenated layers are in the order of the encoder.
    """
    match layer:
        case "mean":
            return torch.stack([*states]).float().mean(dim=0)
        case "last4":
            return torch.cat([*states[-_LAST:]], dim=-1).float()
        case "all":
            return torch.cat([*states], dim=-1).float()
        case _:
            return states[layer].float()
