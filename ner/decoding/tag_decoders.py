"""Decoders: from emissions to tags and probabilities, for a CRF or for a softmax at every character."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np

from ner.characters.character_table import Ids
from ner.decoding.numpy_chain import Doubles, Floats, Mask, NumpyChain, apply_constraints, require_possible
from ner.decoding.numpy_sums import numpy_entropy, numpy_log_partition, numpy_marginals, path_probabilities
from ner.decoding.span_tracks import WeightedSpans
from ner.decoding.span_trellis import SpanTrellis
from ner.decoding.viterbi import best_path, best_paths


class Decoded(NamedTuple):
    """The best tags, and two arrays that give the probability of any span of them.

    The probability that the characters `start:end` have exactly these tags, and that the entity ends there, is
    `exp(enter[start] + leave[end - 1])`. Values outside of the mask have no meaning.

    Args:
        tags: `(batch, chars)`.
        enter: `(batch, chars)`.
        leave: `(batch, chars)`.
    """

    tags: Ids
    enter: Doubles
    leave: Doubles

    def probability(self, row: int, start: int, end: int) -> float:
        """The probability of a span of a row."""
        return float(np.exp(min(0.0, self.enter[row, start] + self.leave[row, end - 1])))


class NBest(NamedTuple):
    """The n most probable tag sequences of every row. All are different, and the most probable is first.

    Args:
        tags: `(batch, n, chars)`. Values outside of the mask have no meaning.
        log_probabilities: `(batch, n)`; -inf if a row has fewer than n sequences.
    """

    tags: Ids
    log_probabilities: Doubles


class TagDecoder(ABC):
    """Finds the best tags for emissions.

    `emissions` and `mask` are as in `ner.decoding.numpy_chain`. `allowed` is `(batch, chars, tags)`: the tags that each
    character may have. Values outside of the mask don't count. All probabilities are then conditional: given that each
    character has one of its allowed tags. A row without a possible sequence of allowed tags is a ValueError.

    `spans` are weighted spans: each adds its weight to the log-probability of all tag sequences that have exactly this
    span as an entity, before they are normalised. Only a CRF takes them.

    Args:
        temperature: divides all scores when probabilities are computed.
    """

    keeps_to_scheme: ClassVar[bool]
    """Whether illegal transitions of the tag scheme are impossible."""

    def __init__(self, temperature: float) -> None:
        self.temperature = temperature

    @abstractmethod
    def decode(
        self, emissions: Floats, mask: Mask, allowed: Mask | None = None, spans: WeightedSpans | None = None
    ) -> Decoded:
        """Find the most probable tags, and the probabilities of their spans."""

    @abstractmethod
    def nbest(
        self, emissions: Floats, mask: Mask, n: int, allowed: Mask | None = None, spans: WeightedSpans | None = None
    ) -> NBest:
        """Find the `n` most probable tag sequences.

        Raises:
            ValueError: `n` is less than 1.
        """

    @abstractmethod
    def entropy(self, emissions: Floats, mask: Mask) -> Doubles:
        """The entropy of the distribution over the tag sequences of each row, in nats, `(batch,)`."""

    @abstractmethod
    def marginals(self, emissions: Floats, mask: Mask) -> Doubles:
        """The probability of each tag at each character, `(batch, chars, tags)`. 0 outside the mask."""


class CrfDecoder(TagDecoder):
    """The decoder of a linear-chain CRF.

    Args:
        chain: the scores of the CRF.
        temperature: divides all scores when probabilities are computed.
    """

    keeps_to_scheme = True

    def __init__(self, chain: NumpyChain, temperature: float) -> None:
        super().__init__(temperature)
        self.chain = chain

    def decode(
        self, emissions: Floats, mask: Mask, allowed: Mask | None = None, spans: WeightedSpans | None = None
    ) -> Decoded:
        scores = apply_constraints(emissions, allowed)
        if spans is not None:
            trellis = self._trellis(scores, mask, spans)
            states = trellis.best_paths(1)[0][:, 0]
            return Decoded(trellis.tags_of(states), *trellis.path_probabilities(states))
        best = best_path(scores, mask, self.chain)
        return Decoded(best, *self._probabilities(scores, mask, best))

    def compare(self, emissions: Floats, mask: Mask, tags: Ids, allowed: Mask | None = None) -> Decoded:
        """Find the most probable tags, and the probabilities of the spans of other tags, `(batch, chars)`."""
        scores = apply_constraints(emissions, allowed)
        best = best_path(scores, mask, self.chain)
        return Decoded(best, *self._probabilities(scores, mask, tags))

    def _probabilities(self, scores: Doubles, mask: Mask, tags: Ids) -> tuple[Doubles, Doubles]:
        """`enter` and `leave` of some tags. It overwrites `scores`."""
        scores /= self.temperature
        return path_probabilities(scores, mask, tags, self.chain.at(self.temperature))

    def nbest(
        self, emissions: Floats, mask: Mask, n: int, allowed: Mask | None = None, spans: WeightedSpans | None = None
    ) -> NBest:
        scores = apply_constraints(emissions, allowed)
        if spans is not None:
            trellis = self._trellis(scores, mask, spans)
            paths, of_paths = trellis.best_paths(n)
            each = [trellis.tags_of(paths[:, rank]) for rank in range(n)]
            return NBest(np.stack(each, axis=1), of_paths - trellis.log_partition()[:, None])
        tags, totals = best_paths(scores, mask, self.chain, n)
        total = numpy_log_partition(scores / self.temperature, mask, self.chain.at(self.temperature))
        return NBest(tags, totals / self.temperature - total[:, None])

    def entropy(self, emissions: Floats, mask: Mask) -> Doubles:
        return numpy_entropy(*self._at_temperature(emissions, mask))

    def marginals(self, emissions: Floats, mask: Mask) -> Doubles:
        return np.where(mask[:, :, None], numpy_marginals(*self._at_temperature(emissions, mask)), 0.0)

    def _at_temperature(self, emissions: Floats, mask: Mask) -> tuple[Doubles, Mask, NumpyChain]:
        return emissions.astype(np.float64) / self.temperature, mask, self.chain.at(self.temperature)

    def _trellis(self, scores: Doubles, mask: Mask, spans: WeightedSpans) -> SpanTrellis:
        """Weights are log-odds of the reported probabilities: the temperature divides the scores alone."""
        return SpanTrellis(scores / self.temperature, mask, self.chain.at(self.temperature), spans)


class SoftmaxDecoder(TagDecoder):
    """The decoder of a softmax at every character. The tags of different characters are independent.

    The probability of a span is the product of the probabilities of its tags. It doesn't include the next tag, so the
    end of the entity counts only as far as these tags show it.
    """

    keeps_to_scheme = False

    def decode(
        self, emissions: Floats, mask: Mask, allowed: Mask | None = None, spans: WeightedSpans | None = None
    ) -> Decoded:
        _refuse(spans)
        probabilities = self._log_probabilities(emissions, mask, allowed)
        best = probabilities.max(axis=2)
        leave = best.cumsum(axis=1)
        return Decoded(probabilities.argmax(axis=2), best - leave, leave)

    def nbest(
        self, emissions: Floats, mask: Mask, n: int, allowed: Mask | None = None, spans: WeightedSpans | None = None
    ) -> NBest:
        _refuse(spans)
        probabilities = self._log_probabilities(emissions, mask, allowed)
        none = np.zeros(emissions.shape[2])
        return NBest(*best_paths(probabilities, mask, NumpyChain(none, np.zeros((len(none), len(none))), none), n))

    def entropy(self, emissions: Floats, mask: Mask) -> Doubles:
        logs = np.maximum(self._log_probabilities(emissions, mask), -700.0)  # exp(-700) is negligible
        of_characters = -(np.exp(logs) * logs).sum(axis=2)
        entropy: Doubles = np.where(mask, of_characters, 0.0).sum(axis=1)
        return entropy

    def marginals(self, emissions: Floats, mask: Mask) -> Doubles:
        return np.where(mask[:, :, None], np.exp(self._log_probabilities(emissions, mask)), 0.0)

    def _log_probabilities(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> Doubles:
        """The log-probability of every tag at every character: `(batch, chars, tags)`."""
        scores = apply_constraints(emissions, allowed)
        scores /= self.temperature
        top = scores.max(axis=2, keepdims=True)  # (batch, chars, 1)
        require_possible(np.where(mask, top[:, :, 0], 0.0).min(axis=1))
        scores -= top
        scores -= np.log(np.exp(scores).sum(axis=2, keepdims=True))
        return scores


def _refuse(spans: WeightedSpans | None) -> None:
    if spans is not None:
        raise ValueError("expected a CRF for weighted spans, got a softmax, whose tags are independent")
