"""The linear-chain CRF: pytorch-crf's likelihood, a tag scheme's rules, batched decoding and exact probabilities."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from torchcrf import CRF

from ner.data import schemes
from ner.data.schemes import Scheme
from ner.model.chain import IMPOSSIBLE, POSSIBLE, Chain, constrained, path_scores
from ner.model.decoder import Decoded, Decoder, NBest
from ner.model.partition import BIT, expected_counts, log_partition, sum_paths
from ner.model.viterbi import best_path, best_paths


class SchemeCrf(CRF, Decoder):  # type: ignore[misc]
    """A linear-chain CRF (Lafferty, McCallum and Pereira 2001) in which illegal tag sequences are impossible.

    Scores of illegal transitions are set to `IMPOSSIBLE` once. No legal path touches them, so their gradient is
    exactly 0 and they stay; they must be kept out of weight decay.

    Everything is computed in float64, as sums run over a whole text.
    """

    start_transitions: Tensor
    transitions: Tensor
    end_transitions: Tensor

    def __init__(self, labels: Sequence[str], scheme: Scheme) -> None:
        super().__init__(len(labels), batch_first=True)  # type: ignore[call-arg]  # CRF's, which calls Decoder's
        self._labels = tuple(labels)
        self._scheme = scheme
        self.forbid_illegal()

    @torch.no_grad()
    def forbid_illegal(self) -> None:
        """Make the scheme's illegal transitions impossible; needed again whenever the scores were set anew."""
        legal = [
            [schemes.is_legal(self._scheme, previous, following) for following in self._labels]
            for previous in self._labels
        ]
        start = [schemes.is_legal(self._scheme, None, label) for label in self._labels]
        end = [schemes.is_legal(self._scheme, label, None) for label in self._labels]
        for scores, allowed in (
            (self.transitions, legal),
            (self.start_transitions, start),
            (self.end_transitions, end),
        ):
            scores.masked_fill_(~torch.tensor(allowed, device=scores.device), IMPOSSIBLE)

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Negative log-likelihood of `tags`, summed over characters, averaged over sentences."""
        return -_log_probability(emissions.double(), tags, mask, self._chain()).mean().float()

    def partial_loss(self, emissions: Tensor, allowed: Tensor, mask: Tensor) -> Tensor:
        """Negative log of the summed probability of all legal allowed sequences, averaged over sentences.

        The marginalised likelihood of Tsuboi et al. 2008, section 4 (also Bellare and McCallum 2007). With one
        allowed tag a character it is `loss`. Raises ValueError if a row has no legal allowed sequence.
        """
        both = torch.cat([constrained(emissions, allowed), emissions]).double()  # (2 * batch, chars, tags)
        some, every = log_partition(both, mask.repeat(2, 1), self._chain()).chunk(2)  # (batch,)
        return (every - some).mean().float()

    @torch.no_grad()
    def decode_batch(self, emissions: Tensor, mask: Tensor, allowed: Tensor | None = None) -> Decoded:
        emissions, chain = constrained(emissions.double(), allowed), self._chain()
        tags = best_path(emissions, mask, chain)
        return Decoded(tags, *_path_probabilities(emissions / self.temperature, mask, tags, chain.at(self.temperature)))

    @torch.no_grad()
    def nbest(self, emissions: Tensor, mask: Tensor, n: int, allowed: Tensor | None = None) -> NBest:
        emissions, chain = constrained(emissions.double(), allowed), self._chain()
        tags, scores = best_paths(emissions, mask, chain, n)
        total = log_partition(emissions / self.temperature, mask, chain.at(self.temperature))
        return NBest(tags, scores / self.temperature - total.unsqueeze(1))

    def divergence(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        return self._divergences(one, other, mask).mean().float()

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        sums = sum_paths(emissions.double() / self.temperature, mask, self._chain().at(self.temperature))
        return expected_counts(sums).tags.permute(2, 0, 1)

    def sequence_log_probability(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        chain = self._chain().at(self.temperature)
        found = _log_probability(emissions.double() / self.temperature, tags, mask, chain)
        return found.masked_fill(found < POSSIBLE, -torch.inf)

    def _chain(self) -> Chain:
        return Chain(self.start_transitions.double(), self.transitions.double(), self.end_transitions.double())


def _log_probability(emissions: Tensor, tags: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """The log probability of `tags`, `(batch,)`: below `POSSIBLE` if they are impossible, so that it has a gradient."""
    last = mask.sum(dim=1, keepdim=True) - 1  # (batch, 1)
    score = path_scores(emissions, tags, chain).gather(1, last) + chain.end[tags.gather(1, last)]
    return score.squeeze(1) - log_partition(emissions, mask, chain)


def _path_probabilities(emissions: Tensor, mask: Tensor, tags: Tensor, chain: Chain) -> tuple[Tensor, Tensor]:
    """`enter` and `leave` of `Decoded`.

    `exp(-enter)` is the probability of all of the path's tags before a character, given the character's: so the
    quotient of two of them is that of the tags between, given the last, and `leave` adds what is left, the probability
    that the last character has its tag and that the entity ends there.
    """
    sums = sum_paths(emissions, mask, chain)
    marginals = expected_counts(sums).tags  # (chars, tags, batch)
    steps = sums.transitions.T[:, tags.T[:-1]].transpose(0, 1)  # (chars - 1, tags, batch): from the path to any tag
    index = tags.T.unsqueeze(1)  # (chars, 1, batch)
    score = sums.scores.gather(1, index)
    # A tag that can't begin a sentence goes on with an entity; a span ends where the next tag is none of those.
    goes_on = (chain.start < POSSIBLE).view(1, -1, 1)
    shares = (score[:-1] + steps - sums.before[1:]).exp2()  # in the sums of the next tags
    ends = (shares * marginals[1:]).masked_fill(goes_on, 0.0).sum(dim=1).T  # (batch, chars - 1)
    last = pad(~mask[:, 1:], (0, 1), value=True)  # what lies outside the mask is without meaning
    ends = torch.where(last, marginals.gather(1, index).squeeze(1).T, pad(ends, (0, 1)))
    enter = score.squeeze(1).T * BIT - path_scores(emissions, tags, chain)
    return enter, ends.log() - enter
