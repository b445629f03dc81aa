"""The interface of output layers: probabilities of tag sequences, and losses."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from ner.decoding.tag_decoders import TagDecoder


class TagDistribution(nn.Module, ABC):
    """A probability distribution over the tag sequences of a sentence, given its emissions.

    All methods use these arguments:

    - `emissions`: scores, `(batch, chars, tags)`;
    - `tags`: tag ids, `(batch, chars)`;
    - `mask`: bool, `(batch, chars)`, true for the first characters of each row, at least one;
    - `allowed`: bool, `(batch, chars, tags)`, the tags that each character may have. Values outside the mask are
      ignored. ValueError is raised if a row has no possible sequence that is allowed.

    `temperature` divides all scores when probabilities are computed. It calibrates them, and keeps the order of the
    sequences of a row (Guo et al. 2017, section 4.2, here for whole sequences). Losses use temperature 1.
    """

    temperature: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("temperature", torch.ones(()))

    @abstractmethod
    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """The loss of fully labelled sentences, a scalar."""

    @abstractmethod
    def partial_loss(self, emissions: Tensor, allowed: Tensor, mask: Tensor) -> Tensor:
        """The loss of partially labelled sentences, a scalar: all allowed sequences count as correct."""

    @abstractmethod
    def decoder(self) -> TagDecoder:
        """A decoder with the current scores and temperature."""

    @abstractmethod
    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """The probability of each tag at each character, `(batch, chars, tags)` in float64, 0 outside the mask.

        The result is differentiable.
        """

    @abstractmethod
    def divergence(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        """The distance of the distributions of two emissions, a scalar, averaged like `loss`.

        It is the mean of the two Kullback-Leibler divergences of whole tag sequences.
        """

    def _divergences(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        """The `divergence` of each row, `(batch,)` in float64.

        The log probability of a sequence is the sum of its emissions, plus terms that don't depend on emissions, minus
        the log of the normaliser. The last two cancel in KL(one || other) + KL(other || one). So half of this sum is
        the inner product of (one - other) and half the difference of their marginals.
        """
        marginals = self.marginals(one, mask) - self.marginals(other, mask)  # (batch, chars, tags)
        return (marginals * (one - other)).sum(dim=(1, 2)) / 2 / self.temperature

    @abstractmethod
    def sequence_log_probability(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """The log probability of `tags`, `(batch,)` in float64, -inf if impossible.

        The result is differentiable, also by `temperature`, so that a temperature can be fitted.
        """
