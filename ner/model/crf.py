"""The linear-chain CRF: pytorch-crf's likelihood, a tag scheme's rules, batched decoding and exact probabilities."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torchcrf import CRF

from ner.data import schemes
from ner.data.schemes import Scheme

# As a score in float32 it absorbs any emission, so a path through it never wins and has probability 0; yet sums of
# it stay finite, so no gradient becomes NaN.
IMPOSSIBLE = -1e30


class Decoded(NamedTuple):
    """The best path, and what is needed for the probability of any span of it.

    `tags` is `(batch, chars)`. The probability that the characters `start:end` have exactly these tags, and that
    the entity ends there, is `exp(enter[start] + leave[end - 1])`; both are `(batch, chars)` in float64.
    """

    tags: Tensor
    enter: Tensor
    leave: Tensor


class SchemeCrf(CRF):  # type: ignore[misc]
    """A linear-chain CRF (Lafferty, McCallum and Pereira 2001) in which illegal tag sequences are impossible.

    Scores of illegal transitions are set to `IMPOSSIBLE` once. No legal path touches them, so their gradient is
    exactly 0 and they stay; they must be kept out of weight decay.

    Everything is computed in float32, or float64 where sums run over a whole text. Masks are bool, `(batch, chars)`,
    and true for the first characters of each row, at least for one.
    """

    def __init__(self, labels: Sequence[str], scheme: Scheme) -> None:
        super().__init__(len(labels), batch_first=True)
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
        """Negative log-likelihood of `tags` `(batch, chars)`, summed over characters, averaged over sentences."""
        likelihood: Tensor = self(emissions.float(), tags, mask=mask, reduction="mean")
        return -likelihood

    @torch.no_grad()
    def decode_batch(self, emissions: Tensor, mask: Tensor) -> Decoded:
        """The most probable tags under `emissions` `(batch, chars, tags)`, and their probabilities."""
        tags = self._viterbi(emissions.float(), mask)
        enter, leave = self._path_probabilities(emissions.double(), mask, tags)
        return Decoded(tags, enter, leave)

    def _viterbi(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """The best path of every row: `(batch, chars)`; what lies outside the mask repeats the last tag."""
        batch, chars, _ = emissions.shape
        stay = torch.arange(self.num_tags, device=emissions.device).expand(batch, -1)
        score = self.start_transitions + emissions[:, 0]  # (batch, tags)
        pointers = []
        for i in range(1, chars):
            best, previous = (score.unsqueeze(2) + self.transitions).max(dim=1)  # (batch, tags)
            here = mask[:, i].unsqueeze(1)
            score = torch.where(here, best + emissions[:, i], score)
            pointers.append(torch.where(here, previous, stay))
        tag = (score + self.end_transitions).argmax(dim=1, keepdim=True)  # (batch, 1)
        path = [tag]
        for pointer in reversed(pointers):
            tag = pointer.gather(1, tag)
            path.append(tag)
        return torch.cat(path[::-1], dim=1)

    def _path_probabilities(self, emissions: Tensor, mask: Tensor, tags: Tensor) -> tuple[Tensor, Tensor]:
        """`enter` and `leave` of `Decoded`, by the forward-backward algorithm (Rabiner 1989, section III)."""
        chars = emissions.shape[1]
        transitions = self.transitions.double()
        start, end = self.start_transitions.double(), self.end_transitions.double()
        # A tag that can't begin a sentence goes on with an entity; a span ends where the next tag is none of those.
        goes_on = self.start_transitions < IMPOSSIBLE / 2
        ending = transitions.masked_fill(goes_on, IMPOSSIBLE)
        here = mask.unsqueeze(2)

        forward = [start + emissions[:, 0]]  # the paths up to and with a character, (batch, tags)
        for i in range(1, chars):
            step = torch.logsumexp(forward[-1].unsqueeze(2) + transitions, dim=1) + emissions[:, i]
            forward.append(torch.where(here[:, i], step, forward[-1]))
        total = torch.logsumexp(forward[-1] + end, dim=1, keepdim=True)  # (batch, 1)

        backward = end.expand(len(emissions), -1)  # the paths behind a character
        after = [backward]  # the same, when the span ends at the character
        for i in range(chars - 1, 0, -1):
            step = (emissions[:, i] + backward).unsqueeze(1)  # (batch, 1, tags)
            after.append(torch.where(here[:, i], torch.logsumexp(ending + step, dim=2), end))
            backward = torch.where(here[:, i], torch.logsumexp(transitions + step, dim=2), end)

        at_tag = tags.unsqueeze(2)
        score = emissions.gather(2, at_tag).squeeze(2)
        score[:, 1:] += transitions[tags[:, :-1], tags[:, 1:]]
        score = score.cumsum(dim=1)  # of the path, up to and with a character, (batch, chars)
        enter = torch.stack(forward, dim=1).gather(2, at_tag).squeeze(2) - score
        leave = torch.stack(after[::-1], dim=1).gather(2, at_tag).squeeze(2) + score - total
        return enter, leave
