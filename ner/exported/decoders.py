"""Tags from emissions as `ner.model.crf` and `ner.model.softmax` read them, in NumPy.

`emissions` is `(batch, chars, tags)`, `mask` is `(batch, chars)`, `allowed`, `(batch, chars, tags)`, says which tags a
character may have. What comes back are the fields of `Decoded` and `NBest` in `ner.tagging.engine`.
"""

import numpy as np
import numpy.typing as npt

from ner.encoding.characters import Ids
from ner.exported.chain import Chain, Doubles, Mask, constrained, require_possible
from ner.exported.sums import path_probabilities, sum_paths
from ner.exported.viterbi import best_path, best_paths

Floats = npt.NDArray[np.float32]


class ChainDecoder:
    """A linear-chain CRF.

    Args:
        chain: its scores.
        temperature: divides all scores when probabilities are computed.
    """

    def __init__(self, chain: Chain, temperature: float) -> None:
        self._chain, self._temperature = chain, temperature

    def decode(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> tuple[Ids, Doubles, Doubles]:
        """The most probable tags, and the probabilities of their spans. Raises ValueError if none are possible."""
        scores = constrained(emissions.astype(np.float64), allowed)
        tags = best_path(scores, mask, self._chain)
        scores /= self._temperature
        return tags, *path_probabilities(scores, mask, tags, self._chain.at(self._temperature))

    def nbest(self, emissions: Floats, mask: Mask, n: int) -> tuple[Ids, Doubles]:
        """The `n` most probable tag sequences and their log probabilities. Raises ValueError unless `n` is positive."""
        scores = emissions.astype(np.float64)
        tags, totals = best_paths(scores, mask, self._chain, n)
        sums = sum_paths(scores / self._temperature, mask, self._chain.at(self._temperature))
        return tags, totals / self._temperature - sums.total[:, None]


class SoftmaxDecoder:
    """A softmax at every character: the chain without scores of its own, whose tags are independent.

    Args:
        temperature: divides all scores.
    """

    def __init__(self, temperature: float) -> None:
        self._temperature = temperature

    def decode(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> tuple[Ids, Doubles, Doubles]:
        """As that of `ChainDecoder`; where an entity ends is told by its own tags alone."""
        probabilities = self._log_probabilities(constrained(emissions.astype(np.float64), allowed), mask)
        leave = probabilities.max(axis=2).cumsum(axis=1)
        return probabilities.argmax(axis=2), probabilities.max(axis=2) - leave, leave

    def nbest(self, emissions: Floats, mask: Mask, n: int) -> tuple[Ids, Doubles]:
        """As that of `ChainDecoder`."""
        probabilities = self._log_probabilities(emissions.astype(np.float64), mask)
        none = np.zeros(emissions.shape[2])
        return best_paths(probabilities, mask, Chain(none, np.zeros((len(none), len(none))), none), n)

    def _log_probabilities(self, scores: Doubles, mask: Mask) -> Doubles:
        """Of every tag at every character: `(batch, chars, tags)`."""
        scores = scores / self._temperature
        top = scores.max(axis=2)
        require_possible(np.where(mask, top, 0.0).min(axis=1))
        total: Doubles = top + np.log(np.exp(scores - top[:, :, None]).sum(axis=2))
        return scores - total[:, :, None]
