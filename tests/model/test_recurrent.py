"""The oracle is what PyTorch gives for each row alone, without any padding."""

import pytest
import torch
from torch import Tensor, nn

from ner.model.recurrent import run_both_ways

LENGTHS = torch.tensor([9, 1, 4, 2, 9, 7])


@pytest.fixture(params=[(nn.LSTM, 1), (nn.LSTM, 2), (nn.GRU, 1), (nn.GRU, 2)], ids=str)
def layers(request: pytest.FixtureRequest) -> nn.LSTM | nn.GRU:
    cell, count = request.param
    torch.manual_seed(0)
    return cell(12, 8, count, batch_first=True, bidirectional=True)


def row_by_row(layers: nn.LSTM | nn.GRU, features: Tensor) -> list[Tensor]:
    return [layers(row[None, :length])[0][0] for row, length in zip(features, LENGTHS, strict=True)]


def gradients(layers: nn.LSTM | nn.GRU, features: Tensor, states: list[Tensor]) -> list[Tensor]:
    """Of the sum of squares of the states of all characters."""
    loss = torch.cat(states).float().square().sum()
    return list(torch.autograd.grad(loss, [features, *layers.parameters()]))


@pytest.mark.parametrize(("precision", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 0.05)])
def test_every_row_is_read_as_if_it_were_alone(
    layers: nn.LSTM | nn.GRU, precision: torch.dtype, tolerance: float
) -> None:
    features = torch.randn(len(LENGTHS), 9, 12, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == torch.bfloat16):
        padded = run_both_ways(layers, features, LENGTHS)
    assert padded.shape == (len(LENGTHS), 9, 16)
    found = [row[:length] for row, length in zip(padded, LENGTHS, strict=True)]
    expected = row_by_row(layers, features)
    torch.testing.assert_close(torch.cat(found).float(), torch.cat(expected), rtol=0, atol=tolerance)
    for ours, theirs in zip(gradients(layers, features, found), gradients(layers, features, expected), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance * float(theirs.abs().max()))


def test_what_stands_in_the_padding_changes_nothing(layers: nn.LSTM | nn.GRU) -> None:
    features = torch.randn(len(LENGTHS), 9, 12)
    inside = torch.arange(9) < LENGTHS.unsqueeze(1)
    other = torch.where(inside.unsqueeze(2), features, torch.randn(()))
    assert torch.equal(run_both_ways(layers, features, LENGTHS)[inside], run_both_ways(layers, other, LENGTHS)[inside])


def test_dropout_lies_between_layers_and_in_training_alone() -> None:
    layers = nn.LSTM(12, 8, 2, batch_first=True, bidirectional=True, dropout=0.5)
    features = torch.randn(len(LENGTHS), 9, 12)
    once, again = (run_both_ways(layers, features, LENGTHS) for _ in range(2))
    assert not torch.equal(once, again)
    layers.eval()
    assert torch.equal(run_both_ways(layers, features, LENGTHS), run_both_ways(layers, features, LENGTHS))
