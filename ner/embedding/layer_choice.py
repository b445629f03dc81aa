"""Which of an encoder's layers a vector is taken from."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from ner.errors import InputError

Layer = int | Literal["mean", "last4", "all"]
"""A layer's number, 0 for the embeddings or counted from the top as -1; all layers' mean; several side by side."""

_COMBINED = ("mean", "last4", "all")
_LAST = 4


def parse_layer(text: str) -> Layer:
    """A layer from what a person types.

    Raises:
        InputError: it is neither a number nor one of the names.
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
    """How many layers a vector is made of, for an encoder with that many, the embeddings included.

    Raises:
        InputError: it has no such layer.
    """
    if isinstance(layer, int) and not -layers <= layer < layers:
        raise InputError(
            f"the encoder has no layer {layer}: expected 0 for the embeddings up to {layers - 1} for the top, or -1 "
            f"for the top down to {-layers}"
        )
    return {"last4": min(_LAST, layers), "all": layers}.get(str(layer), 1)


def take_layer(states: Sequence[Tensor], layer: Layer) -> Tensor:
    """The hidden states of all layers, the embeddings' first, each `(batch, chars, hidden)`, to `(batch, chars, size)`.

    In float32. Layers side by side are in the order of the encoder, the lowest first.
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
