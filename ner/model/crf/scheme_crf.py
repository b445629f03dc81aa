"""The linear-chain CRF, with the rules of a tag scheme and exact probabilities."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchcrf import CRF

from ner.data.schemes import Scheme
from ner.decoding import numpy_chain
from ner.decoding.legal_transitions import legal_transitions
from ner.decoding.numpy_chain import IMPOSSIBLE, POSSIBLE
from ner.decoding.tag_decoders import CrfDecoder
from ner.model.crf.tag_distribution import TagDistribution
from ner.model.crf.torch_chain import TorchChain, torch_path_scores
from ner.model.crf.torch_sums import expected_counts, sum_paths, torch_log_partition


class SchemeCrf(CRF, TagDistribution):  # type: ignore[misc]
    """A linear-chain CRF (Lafferty, McCallum and Pereira 2001) in which illegal tag sequences are impossible.

    The scores of illegal transitions are set to `IMPOSSIBLE` once. No legal path uses them, so their gradient is
    exactly 0 and they don't change. They must be excluded from weight decay.

    Everything is computed in float64, since sums are over a whole text.

    Args:
        labels: the tags, in order of their ids.
        scheme: the tag scheme.
    """

    start_transitions: Tensor
    transitions: Tensor
    end_transitions: Tensor

    def __init__(self, labels: Sequence[str], scheme: Scheme) -> None:
        super().__init__(len(labels), batch_first=True)  # type: ignore[call-arg]  # of CRF, which calls that of TagDistribution
        self._labels = tuple(labels)
        self._scheme = scheme
        self.forbid_illegal()

    @torch.no_grad()
    def forbid_illegal(self) -> None:
        """Make illegal transitions impossible. Call it again after all scores were set to new values."""
        legal = legal_transitions(self._labels, self._scheme)
        for scores, allowed in (
            (self.transitions, legal.transitions),
            (self.start_transitions, legal.start),
            (self.end_transitions, legal.end),
        ):
            scores.masked_fill_(~torch.from_numpy(allowed).to(scores.device), IMPOSSIBLE)

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Negative log-likelihood of `tags`, averaged over sentences."""
        return -_log_probability(emissions.double(), tags, mask, self._chain()).mean().float()

    def partial_loss(self, emissions: Tensor, allowed: Tensor, mask: Tensor) -> Tensor:
        """Negative log of the total probability of all legal sequences that are allowed, averaged over sentences.

        This is the marginalised likelihood of Tsuboi et al. 2008, section 4 (also Bellare and McCallum 2007). It equals
        `loss` if each character has one allowed tag.

        Raises:
            ValueError: a row has no legal sequence that is allowed.
        """
        both = torch.cat([emissions.masked_fill(~allowed, IMPOSSIBLE), emissions]).double()  # (2 * batch, chars, tags)
        some, every = torch_log_partition(both, mask.repeat(2, 1), self._chain()).chunk(2)  # (batch,)
        return (every - some).mean().float()

    def decoder(self) -> CrfDecoder:
        chain = numpy_chain.NumpyChain(*(scores.numpy(force=True) for scores in self._chain()))
        return CrfDecoder(chain, self.temperature.item())

    def divergence(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        return self._divergences(one, other, mask).mean().float()

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        sums = sum_paths(emissions.double() / self.temperature, mask, self._chain().at(self.temperature))
        return expected_counts(sums).tags.permute(2, 0, 1)

    def sequence_log_probability(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        chain = self._chain().at(self.temperature)
        found = _log_probability(emissions.double() / self.temperature, tags, mask, chain)
        return found.masked_fill(found < POSSIBLE, -torch.inf)

    def _chain(self) -> TorchChain:
        return TorchChain(self.start_transitions.double(), self.transitions.double(), self.end_transitions.double())


def _log_probability(emissions: Tensor, tags: Tensor, mask: Tensor, chain: TorchChain) -> Tensor:
    """The log probability of `tags`, `(batch,)`. Below `POSSIBLE`, not -inf, if impossible, so it has a gradient."""
    last = mask.sum(dim=1, keepdim=True) - 1  # (batch, 1)
    score = torch_path_scores(emissions, tags, chain).gather(1, last) + chain.end[tags.gather(1, last)]
    return score.squeeze(1) - torch_log_partition(emissions, mask, chain)
