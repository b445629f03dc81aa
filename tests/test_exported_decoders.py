"""Decoding in NumPy against the torch decoders, which test_crf.py and test_softmax.py prove by enumeration."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ner.data.schemes import SCHEMES, labels
from ner.exported import chain as exported_chain
from ner.exported.chain import Chain
from ner.exported.decoders import ChainDecoder, SoftmaxDecoder
from ner.model import chain as model_chain
from ner.model.crf import SchemeCrf
from ner.model.decoder import Decoder
from ner.model.softmax import SoftmaxOutput

both_kinds = pytest.mark.parametrize("kind", ["crf", "softmax"])


class Pair(NamedTuple):
    """A torch decoder, the NumPy one with its scores, and a batch."""

    torch: Decoder
    numpy: ChainDecoder | SoftmaxDecoder
    emissions: np.ndarray
    mask: np.ndarray
    allowed: np.ndarray


def pair(
    kind: str, scheme: str = "BIOES", lengths: list[int] | None = None, scale: float = 1.0, temperature: float = 1.0
) -> Pair:
    torch.manual_seed(0)
    lengths = lengths or [4, 1, 3]
    names = labels(SCHEMES[scheme], ["LOC", "PER"])
    decoder: Decoder
    if kind == "crf":
        decoder = crf = SchemeCrf(names, SCHEMES[scheme])
        with torch.no_grad():
            for scores in crf.parameters():
                scores.copy_(torch.where(scores < model_chain.POSSIBLE, scores, torch.randn_like(scores)))
        scores = (crf.start_transitions, crf.transitions, crf.end_transitions)
        chain = Chain(*(score.detach().double().numpy() for score in scores))
        other: ChainDecoder | SoftmaxDecoder = ChainDecoder(chain, temperature)
    else:
        decoder, other = SoftmaxOutput(), SoftmaxDecoder(temperature)
    decoder.temperature.fill_(temperature)
    emissions = scale * torch.randn(len(lengths), max(lengths), len(names))
    allowed = torch.rand_like(emissions) < 0.5
    allowed[..., 0] = True  # O: so a possible sequence is left
    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return Pair(decoder, other, emissions.numpy(), mask, allowed.numpy())


batches = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["crf", "softmax"]),
        "scheme": st.sampled_from(["BIO", "BIOES"]),
        "lengths": st.lists(st.integers(1, 12), min_size=1, max_size=4),
        "scale": st.sampled_from([0.1, 3.0, 1e4]),
        "temperature": st.sampled_from([1.0, 2.5]),
    }
)


@given(case=batches, constrain=st.booleans())
@hypothesis_settings(max_examples=60)
def test_tags_and_probabilities_are_those_of_torch(case: dict, constrain: bool) -> None:
    both = pair(**case)
    allowed = both.allowed if constrain else None
    tags, enter, leave = both.numpy.decode(both.emissions, both.mask, allowed)
    expected = both.torch.decode_batch(
        torch.from_numpy(both.emissions),
        torch.from_numpy(both.mask),
        None if allowed is None else torch.from_numpy(allowed),
    )
    assert (tags == expected.tags.numpy())[both.mask].all()
    for found, wanted in ((enter, expected.enter), (leave, expected.leave)):
        assert found[both.mask] == pytest.approx(wanted.numpy()[both.mask], rel=1e-9, abs=1e-6)


@given(case=batches, n=st.integers(1, 7))
@hypothesis_settings(max_examples=60)
def test_the_best_sequences_are_those_of_torch(case: dict, n: int) -> None:
    both = pair(**case)
    tags, log_probabilities = both.numpy.nbest(both.emissions, both.mask, n)
    expected = both.torch.nbest(torch.from_numpy(both.emissions), torch.from_numpy(both.mask), n)
    assert log_probabilities == pytest.approx(expected.log_probabilities.numpy(), rel=1e-9, abs=1e-6)
    real = np.isfinite(log_probabilities)[:, :, None] & both.mask[:, None]
    assert (tags == expected.tags.numpy())[real].all()


@both_kinds
def test_there_are_no_more_sequences_than_there_are(kind: str) -> None:
    both = pair(kind, lengths=[1, 2])
    _, log_probabilities = both.numpy.nbest(both.emissions, both.mask, 100)
    assert np.isfinite(log_probabilities).sum(axis=1).tolist() == ([3, 11] if kind == "crf" else [9, 81])
    assert np.exp(log_probabilities).sum(axis=1) == pytest.approx(1.0)


@both_kinds
def test_padding_changes_nothing(kind: str) -> None:
    both = pair(kind, lengths=[3])
    wide = np.concatenate([both.emissions, np.full_like(both.emissions, 100.0)], axis=1)
    wide_mask = np.concatenate([both.mask, np.zeros_like(both.mask)], axis=1)
    for alone, padded in zip(
        both.numpy.decode(both.emissions, both.mask), both.numpy.decode(wide, wide_mask), strict=True
    ):
        assert padded[:, :3] == pytest.approx(alone)


@both_kinds
def test_the_emissions_stay_as_they_are(kind: str) -> None:
    both = pair(kind, temperature=2.0)
    before = both.emissions.copy()
    both.numpy.decode(both.emissions, both.mask)
    both.numpy.nbest(both.emissions, both.mask, 2)
    assert (both.emissions == before).all()


@both_kinds
def test_a_character_with_no_allowed_tag_is_an_error_that_names_the_row(kind: str) -> None:
    both = pair(kind)
    both.allowed[1, 1] = False  # outside the mask it doesn't count
    both.numpy.decode(both.emissions, both.mask, both.allowed)
    both.allowed[2, 1] = False
    with pytest.raises(ValueError, match=r"got none in \[2\]"):
        both.numpy.decode(both.emissions, both.mask, both.allowed)


@both_kinds
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda both: both.numpy.nbest(both.emissions, both.mask, 0), "at least 1 sequence to be asked for, got 0"),
        (
            lambda both: both.numpy.decode(both.emissions, both.mask, both.allowed[:, :1]),
            r"allowed tags of the shape \(3, 4, 9\), got \(3, 1, 9\)",
        ),
    ],
)
def test_what_can_not_be_is_an_error(kind: str, call: Callable[[Pair], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(pair(kind))


def test_what_is_impossible_in_the_network_is_so_in_numpy() -> None:
    assert exported_chain.IMPOSSIBLE == model_chain.IMPOSSIBLE
    assert exported_chain.POSSIBLE == model_chain.POSSIBLE
