"""What several sources together say of a text: a hidden Markov model whose hidden tags are the true ones.

Each source is a witness that reads the true tag of a character and says a tag of its own, surely or unsurely. How often
it says what, given the true tag, is learned from texts without labels, by the agreement of the sources, with the EM
algorithm (Baum et al. 1970). This is the model of Lison, Barnes, Hubin and Touileb 2020, "Named Entity Recognition
without Labelled Data: A Weak Supervision Approach"; for one tag at a time it is that of Dawid and Skene 1979. Given the
true tags, sources are taken to be independent of each other.

The posterior is a linear chain, so that it is decoded as a CRF is, with exact probabilities of spans.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ner.characters.character_table import Ids
from ner.characters.padding import batches_by_length, pad_rows
from ner.data.schemes import BIO, OUTSIDE, labels
from ner.decoding.legal_transitions import legal_transitions
from ner.decoding.numpy_chain import IMPOSSIBLE, Doubles, Mask, NumpyChain
from ner.decoding.numpy_sums import numpy_log_partition, numpy_marginals, numpy_transitions
from ner.decoding.tag_decoders import CrfDecoder, Decoded

ABSTAINS = -1
"""The vote of a source that says nothing at a character."""

_ROUNDS = 30
_CONVERGED = 1e-4  # nats per character
_BATCH_CHARACTERS = 20_000
# What is believed of a source before anything is read, as if it had been seen this often: it finds 7 of 10 entities,
# 1 of 100 characters outside of entities is taken for one, and 2 of 10 votes are unsure.
_STRENGTH, _FINDS, _INVENTS, _UNSURE = 20.0, 0.7, 0.01, 0.2


class Reliability(NamedTuple):
    """How good a source is at a type, by characters: estimated shares of 1."""

    precision: float
    recall: float


class LabelModel:
    """Weighs the votes of sources.

    Votes of a text are `(chars, sources)`: ids of BIO tags in `names`, plus `unsure` if the source is unsure, or
    `ABSTAINS`.

    Args:
        types: the types of entities.
        can_find: the types that each source can find.
    """

    def __init__(self, types: Sequence[str], can_find: Sequence[Sequence[str]]) -> None:
        self.types = [*types]
        self.names = labels(BIO, self.types)
        self.unsure = len(self.names)
        self._sayable = np.array([[_type(name) in ("", *own) for name in self.names] for own in can_find])
        self._prior = np.stack([self._believed(sayable) for sayable in self._sayable])  # (sources, true, said)
        self._says = self._prior / self._prior.sum(axis=2, keepdims=True)
        legal = legal_transitions(self.names, BIO)
        self._legal_start, self._legal = legal.start, legal.transitions
        self._start = np.where(self._legal_start, 1.0, 0.0) / self._legal_start.sum()
        self._moves = self._legal / self._legal.sum(axis=1, keepdims=True)
        self._seen = np.zeros(len(self.names))

    def fit(self, votes: Sequence[Ids]) -> int:
        """Learn from texts how good each source is. Returns the number of rounds until it changed little.

        The start is a vote: the first round takes a tag that a source says for the true one.
        """
        characters = sum(map(len, votes))
        before = -np.inf
        for number in range(1, _ROUNDS + 1):
            said = self._prior.copy()
            start, moves, total = np.ones(len(self.names)), 1.0 * self._legal, 0.0
            for batch, mask in self._batches(votes):
                emissions, chain = self._emissions(batch), self.chain
                total += float(numpy_log_partition(emissions, mask, chain).sum())
                true = np.where(mask[:, :, None], numpy_marginals(emissions, mask, chain), 0.0)
                start += true[:, 0].sum(axis=0)
                moves += numpy_transitions(emissions, mask, chain)
                for of_source, says in zip(said, batch.transpose(2, 0, 1), strict=True):
                    for vote in range(2 * self.unsure):
                        of_source[:, vote] += true[says == vote].sum(axis=0)
            self._seen = (said - self._prior).sum(axis=(0, 2))
            self._says = said / said.sum(axis=2, keepdims=True)
            self._start = np.where(self._legal_start, start, 0.0)
            self._start /= self._start.sum()
            self._moves = np.where(self._legal, moves, 0.0)
            self._moves /= self._moves.sum(axis=1, keepdims=True)
            if total - before < _CONVERGED * characters:
                return number
            before = total
        return _ROUNDS

    @property
    def chain(self) -> NumpyChain:
        """The scores of the true tags."""
        return NumpyChain(_log(self._start), _log(self._moves), np.zeros(len(self.names)))

    def decode(self, votes: Ids) -> tuple[Decoded, Doubles]:
        """For one text, not empty, its most probable tags as `Decoded` `(chars,)`, and marginals `(chars, tags)`."""
        emissions = self._emissions(votes[None]).astype(np.float32)
        mask = np.ones(emissions.shape[:2], dtype=np.bool_)
        decoder = CrfDecoder(self.chain, 1.0)
        found = decoder.decode(emissions, mask)
        return Decoded(*(each[0] for each in found)), decoder.marginals(emissions, mask)[0]

    def reliability(self, source: int) -> dict[str, Reliability]:
        """The estimated reliability of a source for each type that it can find."""
        found = {}
        said = self._says[source] * self._share()[:, None]  # (true, said): of all characters
        for type_ in self.types:
            own = np.array([_type(name) == type_ for name in self.names])
            if (self._sayable[source] & own).any():
                votes = np.tile(own, 2)
                right, claimed, true = said[own][:, votes].sum(), said[:, votes].sum(), said[own].sum()
                found[type_] = Reliability(float(right / claimed), float(right / true))
        return found

    def _share(self) -> Doubles:
        share: Doubles = self._seen / max(self._seen.sum(), 1e-300)
        return share

    def _believed(self, sayable: Mask) -> Doubles:
        """What is believed of a source at first, as counts `(true, said)`."""
        tags = len(self.names)
        believed = np.zeros((tags, tags))
        for true, name in enumerate(self.names):
            others = sayable.copy()
            others[[true, 0]] = False
            if name == OUTSIDE:
                believed[true, true] = 1 - _INVENTS
                believed[true, others] = _INVENTS / max(others.sum(), 1)
            else:
                believed[true, true] = _FINDS if sayable[true] else 0.0
                believed[true, others] = 0.05 / max(others.sum(), 1)
                believed[true, 0] = 1 - believed[true].sum()
        return _STRENGTH * np.concatenate([(1 - _UNSURE) * believed, _UNSURE * believed], axis=1)

    def _emissions(self, votes: Ids) -> Doubles:
        """The log-probability of what all sources say, given each true tag: `(batch, chars, tags)`."""
        says = _log(self._says)  # (sources, true, said)
        emissions = np.zeros((*votes.shape[:2], len(self.names)))
        for of_source, said in zip(says, votes.transpose(2, 0, 1), strict=True):
            emissions += np.where(said[:, :, None] == ABSTAINS, 0.0, of_source.T[said])
        return emissions

    def _batches(self, votes: Sequence[Ids]) -> Iterator[tuple[Ids, Mask]]:
        filled = [text for text in votes if len(text)]
        for members in batches_by_length([*map(len, filled)], _BATCH_CHARACTERS):
            lengths = np.array([len(filled[i]) for i in members])
            batch = pad_rows([filled[i] for i in members], ABSTAINS)
            yield batch, np.arange(batch.shape[1]) < lengths[:, None]


def _type(name: str) -> str:
    return name.partition("-")[2]


def _log(probabilities: npt.NDArray[np.float64]) -> Doubles:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(probabilities), IMPOSSIBLE)
