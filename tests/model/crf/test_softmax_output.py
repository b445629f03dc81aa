"""The softmax, proved by enumerating every sequence of small cases."""

from itertools import product

import pytest
import torch
from torch import Tensor

from ner.model.crf.softmax_output import SoftmaxOutput

TAGS = 5
LENGTHS = [4, 1, 3]
all_scales = pytest.mark.parametrize("scale", [1.0, 1e4])


def batch(scale: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """Emissions, tags and mask."""
    torch.manual_seed(3)
    emissions = scale * torch.randn(len(LENGTHS), max(LENGTHS), TAGS)
    tags = torch.randint(TAGS, (len(LENGTHS), max(LENGTHS)))
    return emissions, tags, torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS).unsqueeze(1)


def constraints() -> Tensor:
    torch.manual_seed(5)
    allowed = torch.rand(len(LENGTHS), max(LENGTHS), TAGS) < 0.5
    allowed[..., 2] = True
    return allowed


def every_sequence(emissions: Tensor, length: int, allowed: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """All allowed sequences of one row `(sequences, length)`, and their scores `(sequences,)` in float64."""
    sequences = torch.tensor(list(product(range(TAGS), repeat=length)))
    if allowed is not None:
        sequences = sequences[allowed[:length].gather(1, sequences.T).all(dim=0)]
    return sequences, emissions[:length].double().gather(1, sequences.T).sum(dim=0)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_is_the_mean_cross_entropy_of_the_characters(smoothing: float) -> None:
    emissions, tags, mask = batch()
    expected = []
    for row, length in enumerate(LENGTHS):
        for i in range(length):
            shares = torch.log(emissions[row, i].exp() / emissions[row, i].exp().sum())
            expected.append(-((1 - smoothing) * shares[tags[row, i]] + smoothing * shares.mean()).item())
    found = SoftmaxOutput(smoothing).loss(emissions, tags, mask)
    assert found.item() == pytest.approx(sum(expected) / sum(LENGTHS), abs=1e-6)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_label_smoothing_out_of_range_is_an_error(smoothing: float) -> None:
    with pytest.raises(ValueError, match="`label_smoothing` to be at least 0 and less than 1"):
        SoftmaxOutput(smoothing)


@all_scales
def test_partial_loss_and_its_gradient_are_those_of_the_allowed_tags(scale: float) -> None:
    output = SoftmaxOutput()
    emissions, tags, mask = batch(scale)
    emissions.requires_grad_()
    allowed = constraints()
    expected = torch.tensor(0.0, dtype=torch.float64)
    for row, length in enumerate(LENGTHS):
        every, some = (every_sequence(emissions[row], length, limit)[1] for limit in (None, allowed[row]))
        expected = expected + (every.logsumexp(0) - some.logsumexp(0)) / sum(LENGTHS)
    found = output.partial_loss(emissions, allowed, mask)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5, abs=1e-6)
    (gradient,), (reference,) = (torch.autograd.grad(value, [emissions]) for value in (found, expected))
    assert torch.allclose(gradient, reference, rtol=0, atol=1e-5)
    single = torch.nn.functional.one_hot(tags, TAGS).bool()
    assert output.partial_loss(emissions, single, mask).item() == pytest.approx(
        output.loss(emissions, tags, mask).item()
    )
    assert output.partial_loss(emissions, torch.ones_like(single), mask).item() == 0


@all_scales
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_marginals_and_the_probability_of_a_sequence(scale: float, temperature: float) -> None:
    output = SoftmaxOutput()
    output.temperature.fill_(temperature)
    emissions, tags, mask = batch(scale)
    marginals = output.marginals(emissions, mask)
    log_probabilities = output.sequence_log_probability(emissions, tags, mask)
    assert torch.allclose(marginals.sum(dim=2), mask.double(), rtol=0, atol=1e-12)
    for row, length in enumerate(LENGTHS):
        sequences, scores = every_sequence(emissions[row], length)
        shares = (scores / temperature).log_softmax(0)
        holding = torch.nn.functional.one_hot(sequences, TAGS).double()  # (sequences, length, tags)
        expected = torch.einsum("s,slt->lt", shares.exp(), holding)
        assert torch.allclose(marginals[row, :length], expected, rtol=0, atol=1e-6)
        gold = (sequences == tags[row, :length]).all(dim=1)
        assert log_probabilities[row].item() == pytest.approx(shares[gold].item(), rel=1e-9)


def test_divergence_is_the_mean_over_characters() -> None:
    one, _, mask = batch()
    other = one.flip(2)
    p, q = one[mask].double().log_softmax(1), other[mask].double().log_softmax(1)
    expected = ((p.exp() * (p - q)).sum() + (q.exp() * (q - p)).sum()) / 2 / mask.sum()
    assert SoftmaxOutput().divergence(one, other, mask).item() == pytest.approx(expected.item(), rel=1e-6)


def test_temperature_leaves_the_losses_and_is_saved() -> None:
    output, other = SoftmaxOutput(), SoftmaxOutput()
    emissions, tags, mask = batch()
    output.temperature.fill_(2.5)
    assert output.loss(emissions, tags, mask) == other.loss(emissions, tags, mask)
    assert output.partial_loss(emissions, constraints(), mask) == other.partial_loss(emissions, constraints(), mask)
    other.load_state_dict(output.state_dict())
    assert other.temperature.item() == 2.5


def test_a_character_with_no_allowed_tag_is_an_error_that_names_the_rows() -> None:
    output = SoftmaxOutput()
    emissions, _, mask = batch()
    allowed = constraints()
    allowed[1, 1] = False  # outside the mask it doesn't count
    assert torch.isfinite(output.partial_loss(emissions, allowed, mask))
    allowed[2, 1] = False
    with pytest.raises(ValueError, match=r"got none in \[2\]"):
        output.partial_loss(emissions, allowed, mask)
