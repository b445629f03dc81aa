"""The Viterbi algorithm against pytorch-crf's in float64; enumeration is in test_decoders.py."""

import tracemalloc

import numpy as np
import pytest
import torch
from torchcrf import CRF

from ner.decoding.numpy_chain import IMPOSSIBLE, Doubles, Mask, NumpyChain, numpy_path_scores
from ner.decoding.viterbi import best_path, best_paths

TAGS = 9


def reference(impossible: float) -> tuple[CRF, NumpyChain]:
    """pytorch-crf with a share of its transitions impossible, and its scores."""
    torch.manual_seed(0)
    crf = CRF(TAGS, batch_first=True).double()
    with torch.no_grad():
        crf.transitions[torch.rand(TAGS, TAGS) < impossible] = IMPOSSIBLE
        crf.transitions[:, 0] = crf.transitions[0] = 0.5  # so that there is always a way
    return crf, NumpyChain(
        *(crf.get_parameter(f"{name}transitions").detach().numpy() for name in ("start_", "", "end_"))
    )


def batch(lengths: list[int], scale: float) -> tuple[Doubles, Mask]:
    emissions = scale * np.random.default_rng(1).normal(size=(len(lengths), max(lengths), TAGS))
    return emissions, np.arange(max(lengths)) < np.array(lengths)[:, None]


@pytest.mark.parametrize("lengths", [[1], [1, 7, 30, 2, 30], [8000]])
@pytest.mark.parametrize("scale", [0.1, 5.0, 1e4])
@pytest.mark.parametrize("impossible", [0.0, 0.6])
def test_tags_are_those_of_pytorch_crf(lengths: list[int], scale: float, impossible: float) -> None:
    crf, chain = reference(impossible)
    emissions, mask = batch(lengths, scale)
    found = best_path(emissions, mask, chain)
    assert found.shape == mask.shape
    expected = crf.decode(*map(torch.from_numpy, (emissions, mask)))
    assert [row[:length].tolist() for row, length in zip(found, lengths, strict=True)] == expected


@pytest.mark.parametrize("coarse", [0.0, 1.0])
def test_of_equally_good_paths_one_is_found(coarse: float) -> None:
    chain = NumpyChain(*map(np.zeros_like, reference(0.0)[1]))
    emissions, mask = batch([6, 6, 6], coarse)
    emissions = emissions.round()
    score = numpy_path_scores(emissions, best_path(emissions, mask, chain), chain)[:, -1]
    assert (score == emissions.max(axis=2).sum(axis=1)).all()
    assert (score == best_paths(emissions, mask, chain, 1)[1][:, 0]).all()


def test_memory_grows_no_faster_than_the_text() -> None:
    peaks = []
    for length in (2000, 8000):
        emissions, mask = batch([length], 1.0)
        tracemalloc.start()
        best_path(emissions, mask, reference(0.0)[1])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 4.5 * peaks[0] < 10 * emissions.nbytes
