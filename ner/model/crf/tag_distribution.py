"""What stands on the emissions: probabilities of tag sequences, and losses to train by."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from ner.decoding.tag_decoders import TagDecoder


class TagDistribution(nn.Module, ABC):
    """A probability distribution over the tag sequences of a sentence, given its emissions.

    Throughout, `emissions` is `(batch, chars, tags)`, `tags` is `(batch, chars)`, and `mask` is bool, `(batch, chars)`,
    and true for the first characters of each row, at least for one. `allowed` is bool, `(batch, chars, tags)`, and
    says which tags each character may have; only what lies in the mask counts. A row in which no possible sequence is
    allowed is a ValueError.

    `temperature` divides all scores when probabilities are computed, which calibrates them and leaves the order of
    a row's sequences (Guo et al. 2017, section 4.2, here for whole sequences). Losses are those of temperature 1.
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
        """The loss of partially labelled sentences, a scalar: what `allowed` leaves open costs nothing."""

    @abstractmethod
    def decoder(self) -> TagDecoder:
        """What reads the best tags from emissions, by the scores and the temperature of now."""

    @abstractmethod
    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """The probability of every tag at every character, `(batch, chars, tags)` in float64; 0 outside the mask.

        It is differentiable.
        """

    @abstractmethod
    def divergence(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        """How far the distributions by two kinds of emissions are apart, a scalar, averaged as `loss` is.

        The mean of the two Kullback-Leibler divergences between them, of whole tag sequences.
        """

    def _divergences(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        """`divergence` by row, `(batch,)`, in float64.

        A sequence's log probability is the sum of its emissions, plus what doesn't depend on them, minus the log of
        the normaliser. In KL(one || other) + KL(other || one) the last two cancel, and half of it is the inner product
        of (one - other) with half the difference of their marginals.
        """
        marginals = self.marginals(one, mask) - self.marginals(other, mask)  # (batch, chars, tags)
        return (marginals * (one - other)).sum(dim=(1, 2)) / 2 / self.temperature

    @abstractmethod
    def sequence_log_probability(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """The log probability of `tags`, `(batch,)` in float64, -inf if impossible.

        It is differentiable, in `temperature` too: what is needed to fit one.
        """
