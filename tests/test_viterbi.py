"""The Viterbi algorithm against pytorch-crf's in float64; enumeration is in test_crf.py."""

import pytest
import torch
from torch import Tensor
from torchcrf import CRF

from ner.model.chain import Chain, path_scores
from ner.model.viterbi import best_path, best_paths

TAGS = 9


def reference() -> tuple[CRF, Chain]:
    torch.manual_seed(0)
    crf = CRF(TAGS, batch_first=True).double()
    return crf, Chain(*(crf.get_parameter(f"{name}transitions").detach() for name in ("start_", "", "end_")))


def batch(lengths: list[int], scale: float) -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    emissions = scale * torch.randn(len(lengths), max(lengths), TAGS).double()
    return emissions, torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)


@pytest.mark.parametrize("lengths", [[1], [1, 7, 30, 2, 30], [8000]])
@pytest.mark.parametrize("scale", [0.1, 5.0, 1e4])
def test_tags_are_those_of_pytorch_crf(lengths: list[int], scale: float) -> None:
    crf, chain = reference()
    emissions, mask = batch(lengths, scale)
    found = best_path(emissions, mask, chain)
    assert found.shape == mask.shape
    assert [row[:length].tolist() for row, length in zip(found, lengths, strict=True)] == crf.decode(emissions, mask)


@pytest.mark.parametrize("coarse", [0.0, 1.0])
def test_of_equally_good_paths_one_is_found(coarse: float) -> None:
    chain = Chain(*(torch.zeros_like(scores) for scores in reference()[1]))
    emissions, mask = batch([6, 6, 6], coarse)
    emissions = emissions.round()
    score = path_scores(emissions, best_path(emissions, mask, chain), chain)[:, -1]
    assert torch.equal(score, emissions.amax(dim=2).sum(dim=1))
    assert torch.equal(score, best_paths(emissions, mask, chain, 1)[1].squeeze(1))
