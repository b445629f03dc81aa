"""Fusion of the encoder's layers into one vector for each character.

A fusion takes the hidden states of all layers, `(batch, chars, layers, hidden)`, and returns vectors
`(batch, chars, size)`. Layer 0 is the embeddings. `weights` returns the weights of the layers.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from ner.choices import FusionName

_HEADS = 8
_CONCATENATED = 4


class Fusion(nn.Module, ABC):
    """A combination of layers.

    Args:
        size: the size of the vectors that it returns.
    """

    depends_on_text = False  # whether the weights depend on the character

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    @abstractmethod
    def weights(self, layers: Tensor) -> Tensor:
        """The weights of the layers, which sum to 1.

        Args:
            layers: hidden states, `(batch, chars, layers, hidden)`.

        Returns:
            `(batch, chars, layers)`, or a shape that broadcasts to it.
        """

    def forward(self, layers: Tensor) -> Tensor:
        """The weighted sum of the layers: `(batch, chars, layers, hidden)` -> `(batch, chars, size)`."""
        return torch.einsum("bclh,bcl->bch", layers, self.weights(layers).expand(layers.shape[:3]).to(layers.dtype))


class LastLayer(Fusion):
    """The top layer."""

    def weights(self, layers: Tensor) -> Tensor:
        weights = layers.new_zeros(layers.shape[2])
        weights[-1] = 1.0
        return weights

    def forward(self, layers: Tensor) -> Tensor:
        return layers[:, :, -1]


class MeanLayers(Fusion):
    """The mean of all layers."""

    def weights(self, layers: Tensor) -> Tensor:
        return layers.new_full((layers.shape[2],), 1.0 / layers.shape[2])


class LastFour(Fusion):
    """The concatenation of the top four layers, or of all if there are fewer (Devlin et al. 2019, table 7)."""

    def __init__(self, layers: int, hidden: int) -> None:
        self._count = min(_CONCATENATED, layers)
        super().__init__(self._count * hidden)

    def weights(self, layers: Tensor) -> Tensor:
        weights = layers.new_zeros(layers.shape[2])
        weights[-self._count :] = 1.0 / self._count
        return weights

    def forward(self, layers: Tensor) -> Tensor:
        return layers[:, :, -self._count :].flatten(2)


class _LearnedFusion(Fusion):
    """A fusion whose weights are the softmax of learned scores.

    Args:
        size: the size of the vectors that it returns.
        dropout: the probability that a layer is dropped from a training batch (layer dropout, Kondratyuk and Straka
            2019, section 3.2).
    """

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__(size)
        self._dropout = dropout

    def _softmax(self, scores: Tensor) -> Tensor:
        """Weights `(..., layers)` in float32 from scores `(..., layers)`."""
        if self.training and self._dropout > 0:
            dropped = torch.rand(scores.shape[-1], device=scores.device) < self._dropout
            if not dropped.all():
                scores = scores.masked_fill(dropped, -torch.inf)
        return scores.float().softmax(dim=-1)


class ScalarMix(_LearnedFusion):
    """A learned weight for each layer, normalised by softmax, and a learned scale (Peters et al. 2018, equation 1)."""

    def __init__(self, layers: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__(hidden, dropout)
        self.scores = nn.Parameter(torch.zeros(layers))
        self.scale = nn.Parameter(torch.ones(()))

    def weights(self, layers: Tensor) -> Tensor:
        return self._softmax(self.scores)

    def forward(self, layers: Tensor) -> Tensor:
        return self.scale * super().forward(layers)


class LayerAttention(_LearnedFusion):
    """Attention over the layers at each character, with learned queries.

    The scores are scaled dot products (Vaswani et al. 2017, section 3.2.1).

    The keys are the normalised hidden states plus a learned vector for each layer. So a weight can depend on the layer
    and on its content. The values are the hidden states.

    Each head has a query for its own slice of the hidden states, and combines this slice of the layers with its own
    weights. With several heads this is the multi-head multi-layer attention of Kaneko and Komachi (2019, "Multi-Head
    Multi-Layer Attention to Deep Language Representations for Grammatical Error Detection"), with slices instead of
    projections: the values stay those of the encoder.

    Args:
        layers: the number of layers, including the embeddings.
        hidden: the size of the hidden states.
        dropout: see `_LearnedFusion`.
        heads: the number of heads. It divides `hidden`.
    """

    depends_on_text = True

    def __init__(self, layers: int, hidden: int, dropout: float = 0.0, heads: int = 1) -> None:
        super().__init__(hidden, dropout)
        self._heads = heads
        self.norm = nn.LayerNorm(hidden)
        self.position = nn.Parameter(torch.zeros(layers, hidden))
        self.query = nn.Parameter(torch.empty(hidden))
        nn.init.normal_(self.query, std=0.02)

    def weights(self, layers: Tensor) -> Tensor:
        """The mean of the weights of all heads."""
        return self._weights_by_head(layers).mean(dim=3)

    def forward(self, layers: Tensor) -> Tensor:
        weights = self._weights_by_head(layers).to(layers.dtype)  # (batch, chars, layers, heads)
        return torch.einsum("bclnh,bcln->bcnh", self._by_head(layers), weights).flatten(2)

    def _weights_by_head(self, layers: Tensor) -> Tensor:
        keys = self.norm(layers) + self.position  # (batch, chars, layers, hidden)
        products = self._by_head(keys * self.query.to(keys.dtype)).sum(dim=4)
        scores = products / math.sqrt(len(self.query) / self._heads)  # (batch, chars, layers, heads)
        return self._softmax(scores.transpose(2, 3)).transpose(2, 3)

    def _by_head(self, hidden: Tensor) -> Tensor:
        """`(..., hidden)` -> `(..., heads, hidden / heads)`."""
        return hidden.view(*hidden.shape[:-1], self._heads, -1)


def build_fusion(name: FusionName, layers: int, hidden: int, dropout: float = 0.0) -> Fusion:
    """Build a fusion for an encoder.

    Args:
        name: the kind of fusion.
        layers: the number of layers of the encoder, including the embeddings.
        hidden: the size of its hidden states.
        dropout: the layer dropout of a learned fusion.

    Raises:
        ValueError: `hidden` is not a multiple of the number of heads.
    """
    match name:
        case "last":
            return LastLayer(hidden)
        case "mean":
            return MeanLayers(hidden)
        case "last4":
            return LastFour(layers, hidden)
        case "scalar-mix":
            return ScalarMix(layers, hidden, dropout)
        case "attention":
            return LayerAttention(layers, hidden, dropout)
        case "multi-head":
            if hidden % _HEADS:
                raise ValueError(f"expected a hidden size that is a multiple of {_HEADS}, got {hidden}")
            return LayerAttention(layers, hidden, dropout, _HEADS)
