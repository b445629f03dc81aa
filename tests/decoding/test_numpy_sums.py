"""Sums over paths against those in torch, which test_partition.py proves; enumeration is in test_decoders.py."""

import numpy as np
import pytest
import torch

from ner.decoding import numpy_sums as sums
from ner.decoding.numpy_chain import IMPOSSIBLE, Doubles, Mask, NumpyChain
from ner.decoding.numpy_sums import numpy_log_partition, numpy_transitions, path_probabilities
from ner.decoding.viterbi import best_path
from ner.model.crf import torch_sums as partition
from ner.model.crf.torch_chain import TorchChain as TensorChain

LENGTHS = [40, 1, 25, 2]
TAGS = 7


def chain(scale: float = 1.0) -> NumpyChain:
    """Scores of which some are impossible."""
    random = np.random.default_rng(0)
    transitions = scale * random.normal(size=(TAGS, TAGS))
    transitions[random.random((TAGS, TAGS)) < 0.4] = IMPOSSIBLE
    transitions[:, 0] = transitions[0] = 0.5  # so that there is always a way
    start, end = scale * random.normal(size=(2, TAGS))
    start[3] = end[4] = IMPOSSIBLE
    return NumpyChain(start, transitions, end)


def batch(scale: float, lengths: list[int] | None = None) -> tuple[Doubles, Mask]:
    lengths = lengths or LENGTHS
    emissions = scale * np.random.default_rng(1).normal(size=(len(lengths), max(lengths), TAGS))
    return emissions, np.arange(max(lengths)) < np.array(lengths)[:, None]


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("of_transitions", [1.0, 1e3])
def test_the_total_is_that_of_torch(scale: float, of_transitions: float) -> None:
    emissions, mask = batch(scale)
    scores = chain(of_transitions)
    tensors = TensorChain(*map(torch.from_numpy, scores))
    expected = partition.torch_log_partition(torch.from_numpy(emissions), torch.from_numpy(mask), tensors)
    assert numpy_log_partition(emissions, mask, scores) == pytest.approx(expected.numpy(), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("scale", [0.0, 1.0, 10.0])
def test_products_and_logarithms_have_the_same_sums(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    emissions, mask = batch(scale)
    tags = best_path(emissions, mask, chain())
    with monkeypatch.context() as patch:
        patch.setattr(sums, "predecessors", None)  # without logarithms
        products = path_probabilities(emissions, mask, tags, chain())
    monkeypatch.setattr(sums, "_LARGE", 1.0)  # without products
    for found, expected in zip(products, path_probabilities(emissions, mask, tags, chain()), strict=True):
        assert found[mask] == pytest.approx(expected[mask], rel=1e-12, abs=1e-10)


@pytest.mark.parametrize("scale", [1.0, 10.0, 1e3])
def test_probabilities_of_a_long_text_are_those_of_torch(scale: float) -> None:
    """Of tags that nothing goes on with, so that a span ends anyway."""
    scores = chain()._replace(start=np.zeros(TAGS))
    emissions, mask = batch(scale, [5000])
    tags = best_path(emissions, mask, scores)
    enter, leave = path_probabilities(emissions, mask, tags, scores)
    tensors = TensorChain(*map(torch.from_numpy, scores))
    of_torch = partition.sum_paths(torch.from_numpy(emissions), torch.from_numpy(mask), tensors)
    marginals = partition.expected_counts(of_torch).tags[:, :, 0].numpy()
    assert np.exp(enter + leave)[0] == pytest.approx(marginals[np.arange(5000), tags[0]], abs=1e-8)


def test_a_tag_that_is_improbable_by_far_may_be_the_only_way_on() -> None:
    """A sum of plain products alone would have lost tag 1 at the first character: its share there is exp(-10,000)."""
    scores = chain()
    scores.transitions[0], scores.transitions[1] = IMPOSSIBLE, 0.0
    scores.transitions[0, 0] = 0.0
    emissions = np.full((1, 2, TAGS), IMPOSSIBLE)
    emissions[0, 0, 0], emissions[0, 0, 1], emissions[0, 1, 2] = 5000.0, -5000.0, 1.0
    total = numpy_log_partition(emissions, np.ones((1, 2), dtype=bool), scores)
    assert total == pytest.approx(scores.start[1] - 5000 + 1 + scores.end[2])


def test_expected_transitions_are_those_of_torch() -> None:
    emissions, mask = batch(1.0)
    scores = chain()
    paths = partition.sum_paths(
        torch.from_numpy(emissions), torch.from_numpy(mask), TensorChain(*map(torch.from_numpy, scores))
    )
    expected = partition.expected_counts(paths).transitions
    assert numpy_transitions(emissions, mask, scores) == pytest.approx(expected.numpy(), abs=1e-9)
