"""What reads tags from emissions: of a chain, or of a softmax at every character."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np

from ner.characters.character_table import Ids
from ner.decoding.numpy_chain import Doubles, Floats, Mask, NumpyChain, apply_constraints, require_possible
from ner.decoding.numpy_sums import numpy_log_partition, path_probabilities
from ner.decoding.viterbi import best_path, best_paths


class Decoded(NamedTuple):
    """The best tags, and what is needed for the probability of any span of them.

    `tags` is `(batch, chars)`. The probability that the characters `start:end` have exactly these tags, and that
    the entity ends there, is `exp(enter[start] + leave[end - 1])`; both are `(batch, chars)`. Nothing is meant outside
    the mask.
    """

    tags: Ids
    enter: Doubles
    leave: Doubles


class NBest(NamedTuple):
    """The most probable sequences of every row, all different, in falling order.

    `tags` is `(batch, n, chars)`, of no meaning outside the mask. `log_probabilities` is `(batch, n)`, and -inf where
    a row has fewer sequences than n.
    """

    tags: Ids
    log_probabilities: Doubles


class TagDecoder(ABC):
    """Reads the best tags from emissions.

    `emissions` and `mask` are as in `ner.decoding.numpy_chain`. `allowed` is `(batch, chars, tags)` and says which tags
    each character may have; only what lies in the mask counts. Probabilities are then those given that each character
    has one of its allowed tags. A row in which no possible sequence is allowed is a ValueError.

    Args:
        temperature: divides all scores when probabilities are computed.
    """

    keeps_to_scheme: ClassVar[bool]
    """Whether illegal transitions of the tag scheme are impossible."""

    def __init__(self, temperature: float) -> None:
        self.temperature = temperature

    @abstractmethod
    def decode(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> Decoded:
        """The most probable tags, and the probabilities of their spans."""

    @abstractmethod
    def nbest(self, emissions: Floats, mask: Mask, n: int) -> NBest:
        """The `n` most probable tag sequences. Raises ValueError unless `n` is at least 1."""


class CrfDecoder(TagDecoder):
    """For a linear-chain CRF.

    Args:
        chain: its scores.
        temperature: divides all scores when probabilities are computed.
    """

    keeps_to_scheme = True

    def __init__(self, chain: NumpyChain, temperature: float) -> None:
        super().__init__(temperature)
        self.chain = chain

    def decode(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> Decoded:
        scores = apply_constraints(emissions, allowed)
        tags = best_path(scores, mask, self.chain)
        scores /= self.temperature
        return Decoded(tags, *path_probabilities(scores, mask, tags, self.chain.at(self.temperature)))

    def nbest(self, emissions: Floats, mask: Mask, n: int) -> NBest:
        scores = emissions.astype(np.float64)
        tags, totals = best_paths(scores, mask, self.chain, n)
        total = numpy_log_partition(scores / self.temperature, mask, self.chain.at(self.temperature))
        return NBest(tags, totals / self.temperature - total[:, None])


class SoftmaxDecoder(TagDecoder):
    """For a softmax at every character, whose tags are independent.

    The probability of a span is the product of those of its tags: where an entity ends is part of it only as far as
    these tags say so.
    """

    keeps_to_scheme = False

    def decode(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> Decoded:
        probabilities = self._log_probabilities(emissions, mask, allowed)
        best = probabilities.max(axis=2)
        leave = best.cumsum(axis=1)
        return Decoded(probabilities.argmax(axis=2), best - leave, leave)

    def nbest(self, emissions: Floats, mask: Mask, n: int) -> NBest:
        probabilities = self._log_probabilities(emissions, mask, None)
        none = np.zeros(emissions.shape[2])
        return NBest(*best_paths(probabilities, mask, NumpyChain(none, np.zeros((len(none), len(none))), none), n))

    def _log_probabilities(self, emissions: Floats, mask: Mask, allowed: Mask | None) -> Doubles:
        """Of every tag at every character: `(batch, chars, tags)`."""
        scores = apply_constraints(emissions, allowed)
        scores /= self.temperature
        top = scores.max(axis=2, keepdims=True)  # (batch, chars, 1)
        require_possible(np.where(mask, top[:, :, 0], 0.0).min(axis=1))
        scores -= top
        scores -= np.log(np.exp(scores).sum(axis=2, keepdims=True))
        return scores
