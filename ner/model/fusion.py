"""From the encoder's layers to one vector a character.

Every fusion takes the hidden states of all layers, the embeddings' first, stacked as
`(batch, chars, layers, hidden)`, and gives `(batch, chars, hidden)`; `weights` tells how much each layer counts.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from ner.model.choices import FusionName


class Fusion(nn.Module, ABC):
    """A weighted sum over layers; its weights add up to 1 for every character."""

    depends_on_text = False  # whether the weights differ from character to character

    @abstractmethod
    def weights(self, layers: Tensor) -> Tensor:
        """`(batch, chars, layers, hidden)` -> `(batch, chars, layers)`, or a shape that broadcasts to it."""

    def forward(self, layers: Tensor) -> Tensor:
        """`(batch, chars, layers, hidden)` -> `(batch, chars, hidden)`."""
        return torch.einsum("bclh,bcl->bch", layers, self.weights(layers).expand(layers.shape[:3]).to(layers.dtype))


class LastLayer(Fusion):
    """The top layer alone."""

    def weights(self, layers: Tensor) -> Tensor:
        weights = layers.new_zeros(layers.shape[2])
        weights[-1] = 1.0
        return weights

    def forward(self, layers: Tensor) -> Tensor:
        return layers[:, :, -1]


class MeanLayers(Fusion):
    """All layers alike."""

    def weights(self, layers: Tensor) -> Tensor:
        return layers.new_full((layers.shape[2],), 1.0 / layers.shape[2])


class ScalarMix(Fusion):
    """One learned weight a layer, softmax-normalised, and one learned scale (Peters et al. 2018, ELMo, equation 1)."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(layers))
        self.scale = nn.Parameter(torch.ones(()))

    def weights(self, layers: Tensor) -> Tensor:
        return self.scores.softmax(dim=0)

    def forward(self, layers: Tensor) -> Tensor:
        return self.scale * super().forward(layers)


class LayerAttention(Fusion):
    """A learned query attends over the layers at every character: scaled dot product (Vaswani et al. 2017, 3.2.1).

    The keys are the layers' normalised hidden states plus a learned vector for each layer, so that a layer can be
    preferred for what it is as well as for what it holds. The values are the hidden states themselves.
    """

    depends_on_text = True

    def __init__(self, layers: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.position = nn.Parameter(torch.zeros(layers, hidden))
        self.query = nn.Parameter(torch.empty(hidden))
        nn.init.normal_(self.query, std=0.02)

    def weights(self, layers: Tensor) -> Tensor:
        keys = self.norm(layers) + self.position  # (batch, chars, layers, hidden)
        scores: Tensor = keys @ self.query.to(keys.dtype) / math.sqrt(len(self.query))
        return scores.float().softmax(dim=-1)  # (batch, chars, layers)


def build_fusion(name: FusionName, layers: int, hidden: int) -> Fusion:
    """The fusion called `name`, for an encoder with that many layers (the embeddings included) of size `hidden`."""
    match name:
        case "last":
            return LastLayer()
        case "mean":
            return MeanLayers()
        case "scalar-mix":
            return ScalarMix(layers)
        case "attention":
            return LayerAttention(layers, hidden)
