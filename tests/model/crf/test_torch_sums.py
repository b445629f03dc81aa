"""The log-partition against pytorch-crf's in float64, differentiated by PyTorch; enumeration is in test_crf.py."""

import pytest
import torch
from torch import Tensor
from torchcrf import CRF

from ner.decoding.numpy_chain import IMPOSSIBLE
from ner.model.crf.torch_chain import TorchChain
from ner.model.crf.torch_sums import expected_counts, sum_paths, torch_log_partition

LENGTHS = [40, 1, 25, 2]
TAGS = 7


def reference() -> CRF:
    """pytorch-crf in float64, with some transitions impossible."""
    torch.manual_seed(0)
    crf = CRF(TAGS, batch_first=True).double()
    with torch.no_grad():
        crf.transitions.copy_(torch.randn(TAGS, TAGS))
        crf.transitions[torch.rand(TAGS, TAGS) < 0.4] = IMPOSSIBLE
        crf.transitions[:, 0] = crf.transitions[0] = 0.5  # so that there is always a way
        crf.start_transitions[3] = crf.end_transitions[4] = IMPOSSIBLE
    return crf


def chain_of(crf: CRF) -> TorchChain:
    return TorchChain(crf.start_transitions, crf.transitions, crf.end_transitions)


def batch(scale: float) -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    emissions = scale * torch.randn(len(LENGTHS), max(LENGTHS), TAGS, dtype=torch.float64)
    return emissions.requires_grad_(), torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS).unsqueeze(1)


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0, 1e4])
def test_value_and_gradient_are_those_of_pytorch_crf(scale: float) -> None:
    crf = reference()
    emissions, mask = batch(scale)
    found = torch_log_partition(emissions, mask, chain_of(crf))
    expected = crf._compute_normalizer(emissions.transpose(0, 1), mask.T)
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-9)
    weights = torch.tensor([0.5, -2.0, 3.0, 1.0], dtype=torch.float64)
    inputs = [emissions, *crf.parameters()]
    gradients, references = (torch.autograd.grad((total * weights).sum(), inputs) for total in (found, expected))
    assert gradients[2].abs().max() > 0.1
    for gradient, of_reference in zip(gradients, references, strict=True):
        assert torch.allclose(gradient, of_reference, rtol=0, atol=1e-8)


def test_a_gradient_of_the_gradient_is_refused() -> None:
    """It would be silently wrong."""
    emissions, mask = batch(1.0)
    value = torch_log_partition(emissions, mask, chain_of(reference())).square().sum()
    (gradient,) = torch.autograd.grad(value, [emissions], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


@torch.no_grad()
def test_probabilities_of_a_long_text_sum_to_1() -> None:
    torch.manual_seed(2)
    emissions = 10 * torch.randn(1, 5000, TAGS, dtype=torch.float64)
    sums = sum_paths(emissions, torch.ones(1, 5000, dtype=torch.bool), chain_of(reference()))
    tags, transitions = expected_counts(sums)
    assert torch.allclose(tags.sum(dim=1), torch.ones(5000, 1, dtype=torch.float64), rtol=0, atol=1e-9)
    assert transitions.sum().item() == pytest.approx(4999)
    assert (transitions[reference().transitions == IMPOSSIBLE] == 0).all()


@torch.no_grad()
def test_a_tag_that_is_improbable_by_far_may_be_the_only_way_on() -> None:
    """A sum of plain products would have lost tag 1 at the first character: its share there is exp(-10,000)."""
    crf = reference()
    crf.transitions[0], crf.transitions[1] = IMPOSSIBLE, 0.0
    crf.transitions[0, 0] = 0.0
    emissions = torch.full((1, 2, TAGS), IMPOSSIBLE, dtype=torch.float64)
    emissions[0, 0, 0], emissions[0, 0, 1], emissions[0, 1, 2] = 5000.0, -5000.0, 1.0
    total = torch_log_partition(emissions, torch.ones(1, 2, dtype=torch.bool), chain_of(crf))
    assert total.item() == pytest.approx((crf.start_transitions[1] - 5000 + 1 + crf.end_transitions[2]).item())
