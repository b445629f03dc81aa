"""From the encoder's layers to one vector a character.

Every fusion takes the hidden states of all layers, the embeddings' first, stacked as
`(batch, chars, layers, hidden)`, and gives `(batch, chars, size)`; `weights` tells how much each layer counts.
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
        size: of the vectors that come out.
    """

    depends_on_text = False  # whether the weights differ from character to character

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    @abstractmethod
    def weights(self, layers: Tensor) -> Tensor:
        """How much each layer counts, 1 in sum: `(batch, chars, layers, hidden)` -> `(batch, chars, layers)`.

        Or a shape that broadcasts to it.
        """

    def forward(self, layers: Tensor) -> Tensor:
        """The sum of the layers by their weights: `(batch, chars, layers, hidden)` -> `(batch, chars, size)`."""
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


class LastFour(Fusion):
    """The top four layers, or all where there are fewer, side by side (Devlin et al. 2019, table 7)."""

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
        dropout: the probability that a layer is left out of a training batch, so that none becomes indispensable
            (layer dropout: Kondratyuk and Straka 2019, section 3.2).
    """

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__(size)
        self._dropout = dropout

    def _softmax(self, scores: Tensor) -> Tensor:
        """Weights from scores `(..., layers)`, in float32."""
        if self.training and self._dropout > 0:
            dropped = torch.rand(scores.shape[-1], device=scores.device) < self._dropout
            if not dropped.all():
                scores = scores.masked_fill(dropped, -torch.inf)
        return scores.float().softmax(dim=-1)


class ScalarMix(_LearnedFusion):
    """One learned weight a layer, softmax-normalised, and one learned scale (Peters et al. 2018, ELMo, equation 1)."""

    def __init__(self, layers: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__(hidden, dropout)
        self.scores = nn.Parameter(torch.zeros(layers))
        self.scale = nn.Parameter(torch.ones(()))

    def weights(self, layers: Tensor) -> Tensor:
        return self._softmax(self.scores)

    def forward(self, layers: Tensor) -> Tensor:
        return self.scale * super().forward(layers)


class LayerAttention(_LearnedFusion):
    """Learned queries attend over the layers at every character: scaled dot product (Vaswani et al. 2017, 3.2.1).

    Each head has a query for its own slice of the hidden states, and takes that slice of the layers by its own
    weights. Several heads are the multi-head multi-layer attention of Kaneko and Komachi (2019, "Multi-Head
    Multi-Layer Attention to Deep Language Representations for Grammatical Error Detection"), here with slices in
    place of projections, so that the values stay the encoder's.

    The keys are the layers' normalised hidden states plus a learned vector for each layer, so that a layer can be
    preferred for what it is as well as for what it holds. The values are the hidden states themselves.
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
        """The mean of the heads' weights."""
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
    """The fusion called `name`, for an encoder with that many layers (the embeddings included) of size `hidden`.

    `dropout` is that of layers, in learned fusions. Raises ValueError if `hidden` can't be cut into eight heads.
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
                raise ValueError(f"expected a hidden size that {_HEADS} heads can share, got {hidden}")
            return LayerAttention(layers, hidden, dropout, _HEADS)
