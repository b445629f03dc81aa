"""The linear-chain CRF: pytorch-crf's likelihood, a tag scheme's rules, batched decoding and exact probabilities."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchcrf import CRF

from ner.data import schemes
from ner.data.schemes import Scheme
from ner.model.chain import (
    IMPOSSIBLE,
    POSSIBLE,
    Chain,
    backward_scores,
    best_paths,
    constrained,
    forward_scores,
    log_total,
    path_scores,
)
from ner.model.decoder import Decoded, Decoder, NBest


class SchemeCrf(CRF, Decoder):  # type: ignore[misc]
    """A linear-chain CRF (Lafferty, McCallum and Pereira 2001) in which illegal tag sequences are impossible.

    Scores of illegal transitions are set to `IMPOSSIBLE` once. No legal path touches them, so their gradient is
    exactly 0 and they stay; they must be kept out of weight decay.

    `loss` is computed in float32, everything else in float64, as sums run over a whole text.
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
        likelihood: Tensor = self(emissions.float(), tags, mask=mask, reduction="mean")
        return -likelihood

    def partial_loss(self, emissions: Tensor, allowed: Tensor, mask: Tensor) -> Tensor:
        """Negative log of the summed probability of all legal allowed sequences, averaged over sentences.

        The marginalised likelihood of Tsuboi et al. 2008, section 4 (also Bellare and McCallum 2007). With one
        allowed tag a character it is `loss`. Raises ValueError if a row has no legal allowed sequence.
        """
        chain = self._chain()
        both = torch.cat([constrained(emissions, allowed), emissions]).double()  # (2 * batch, chars, tags)
        total = log_total(forward_scores(both, mask.repeat(2, 1), chain), chain)
        some, every = total.chunk(2)  # (batch,)
        return (every - some).mean().float()

    @torch.no_grad()
    def decode_batch(self, emissions: Tensor, mask: Tensor, allowed: Tensor | None = None) -> Decoded:
        emissions, chain = constrained(emissions.double(), allowed), self._chain()
        tags = best_paths(emissions, mask, chain, 1)[0].squeeze(1)  # (batch, chars)
        return Decoded(tags, *_path_probabilities(emissions / self.temperature, mask, tags, chain.at(self.temperature)))

    @torch.no_grad()
    def nbest(self, emissions: Tensor, mask: Tensor, n: int, allowed: Tensor | None = None) -> NBest:
        emissions, chain = constrained(emissions.double(), allowed), self._chain()
        tags, scores = best_paths(emissions, mask, chain, n)
        emissions, chain = emissions / self.temperature, chain.at(self.temperature)
        total = log_total(forward_scores(emissions, mask, chain), chain)
        return NBest(tags, scores / self.temperature - total.unsqueeze(1))

    def divergence(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        return self._divergences(one, other, mask).mean().float()

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        emissions, chain = emissions.double() / self.temperature, self._chain().at(self.temperature)
        scores = forward_scores(emissions, mask, chain) + backward_scores(emissions, mask, chain)
        return scores.softmax(dim=2).masked_fill(~mask.unsqueeze(2), 0.0)

    def sequence_log_probability(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        emissions, chain = emissions.double() / self.temperature, self._chain().at(self.temperature)
        last = mask.sum(dim=1, keepdim=True) - 1  # (batch, 1)
        score = path_scores(emissions, tags, chain).gather(1, last) + chain.end[tags.gather(1, last)]
        score = score.squeeze(1).masked_fill(score.squeeze(1) < POSSIBLE, -torch.inf)
        return score - log_total(forward_scores(emissions, mask, chain), chain)

    def _chain(self) -> Chain:
        return Chain(self.start_transitions.double(), self.transitions.double(), self.end_transitions.double())


def _path_probabilities(emissions: Tensor, mask: Tensor, tags: Tensor, chain: Chain) -> tuple[Tensor, Tensor]:
    """`enter` and `leave` of `Decoded`, by the forward-backward algorithm."""
    forward = forward_scores(emissions, mask, chain)
    backward = backward_scores(emissions, mask, chain)
    # A tag that can't begin a sentence goes on with an entity; a span ends where the next tag is none of those.
    goes_on = chain.start < POSSIBLE
    ending = chain.transitions.masked_fill(goes_on, IMPOSSIBLE)[tags[:, :-1]]  # (batch, chars - 1, tags)
    behind = torch.logsumexp(ending + (emissions + backward)[:, 1:], dim=2)  # the paths behind a span that ends here
    end = chain.end[tags]  # (batch, chars)
    behind = torch.cat([torch.where(mask[:, 1:], behind, end[:, :-1]), end[:, -1:]], dim=1)

    score = path_scores(emissions, tags, chain)
    enter = forward.gather(2, tags.unsqueeze(2)).squeeze(2) - score
    return enter, score + behind - log_total(forward, chain).unsqueeze(1)
