"""The CRF, proved by enumerating every path of small cases."""

import math
from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from ner.data.schemes import SCHEMES, is_legal, labels
from ner.model.crf import IMPOSSIBLE, SchemeCrf

TYPES = ["LOC", "PER"]


def make(scheme: str, seed: int = 0) -> SchemeCrf:
    torch.manual_seed(seed)
    crf = SchemeCrf(labels(SCHEMES[scheme], TYPES), SCHEMES[scheme])
    with torch.no_grad():
        for scores in (crf.transitions, crf.start_transitions, crf.end_transitions):
            scores.copy_(torch.where(scores < IMPOSSIBLE / 2, scores, torch.randn_like(scores)))
    return crf


def legal_paths(scheme: str, length: int) -> list[tuple[int, ...]]:
    names = labels(SCHEMES[scheme], TYPES)
    return [
        path
        for path in product(range(len(names)), repeat=length)
        if all(
            is_legal(SCHEMES[scheme], a, b)
            for a, b in zip([None, *[names[i] for i in path]], [*[names[i] for i in path], None], strict=True)
        )
    ]


def score(crf: SchemeCrf, emissions: Tensor, path: tuple[int, ...]) -> float:
    total = crf.start_transitions[path[0]].item() + crf.end_transitions[path[-1]].item()
    total += sum(emissions[i, tag].item() for i, tag in enumerate(path))
    return total + sum(crf.transitions[a, b].item() for a, b in pairwise(path))


def log_sum(scores: list[float]) -> float:
    top = max(scores)
    return top + math.log(sum(math.exp(s - top) for s in scores))


def batch(lengths: list[int], tags: int, scale: float = 1.0, seed: int = 3) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    emissions = scale * torch.randn(len(lengths), max(lengths), tags)
    return emissions, torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_loss_is_the_share_of_the_gold_path_among_all_legal_ones(scheme: str) -> None:
    crf = make(scheme)
    emissions, mask = batch([4, 1, 3], crf.num_tags)
    expected, tags = 0.0, torch.zeros(3, 4, dtype=torch.long)
    for row, length in enumerate([4, 1, 3]):
        paths = legal_paths(scheme, length)
        gold = paths[len(paths) // 2]
        tags[row, :length] = torch.tensor(gold)
        every = [score(crf, emissions[row], path) for path in paths]
        expected += log_sum(every) - score(crf, emissions[row], gold)
    assert crf.loss(emissions, tags, mask).item() == pytest.approx(expected / 3, abs=1e-4)


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_decoding_finds_the_best_legal_path(scheme: str, scale: float) -> None:
    crf = make(scheme)
    lengths = [4, 1, 2, 3]
    emissions, mask = batch(lengths, crf.num_tags, scale)
    decoded = crf.decode_batch(emissions, mask)
    for row, length in enumerate(lengths):
        best = max(legal_paths(scheme, length), key=lambda path: score(crf, emissions[row], path))
        assert tuple(decoded.tags[row, :length].tolist()) == best


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_probability_of_a_span_sums_over_all_paths_that_hold_it(scheme: str) -> None:
    crf = make(scheme)
    names = labels(SCHEMES[scheme], TYPES)
    lengths = [4, 2, 3]
    emissions, mask = batch(lengths, crf.num_tags)
    decoded = crf.decode_batch(emissions, mask)
    for row, length in enumerate(lengths):
        paths = legal_paths(scheme, length)
        total = log_sum([score(crf, emissions[row], path) for path in paths])
        best = tuple(decoded.tags[row, :length].tolist())
        for start, end in [(s, e) for s in range(length) for e in range(s + 1, length + 1)]:
            holding = [
                path
                for path in paths
                if path[start:end] == best[start:end]
                # The span ends here: what follows doesn't go on with it.
                and (end == length or is_legal(SCHEMES[scheme], None, names[path[end]]))
            ]
            if not holding:
                continue
            expected = math.exp(log_sum([score(crf, emissions[row], path) for path in holding]) - total)
            found = torch.exp(decoded.enter[row, start] + decoded.leave[row, end - 1]).item()
            assert found == pytest.approx(expected, abs=1e-6)


def test_large_emissions_neither_overflow_nor_break_the_gradient() -> None:
    crf = make("BIOES")
    emissions, mask = batch([5, 3], crf.num_tags, scale=1e4)
    emissions.requires_grad_()
    tags = torch.zeros(2, 5, dtype=torch.long)
    loss = crf.loss(emissions, tags, mask)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(emissions.grad).all()
    decoded = crf.decode_batch(emissions.detach(), mask)
    assert torch.isfinite(decoded.enter[mask]).all()
    assert ((decoded.enter + decoded.leave)[mask] <= 1e-6).all()


def test_training_leaves_impossible_transitions_impossible() -> None:
    crf = make("BIOES")
    optimizer = torch.optim.AdamW(crf.parameters(), lr=0.1, weight_decay=0.0)
    impossible = crf.transitions < IMPOSSIBLE / 2
    before = crf.transitions.detach().clone()
    for seed in range(5):
        emissions, mask = batch([4, 4], crf.num_tags, seed=seed)
        optimizer.zero_grad()
        crf.loss(emissions, torch.zeros(2, 4, dtype=torch.long), mask).backward()
        optimizer.step()
    assert (crf.transitions[impossible] == IMPOSSIBLE).all()
    assert not torch.equal(crf.transitions[~impossible], before[~impossible])


def test_padding_changes_nothing() -> None:
    crf = make("BIOES")
    emissions, mask = batch([3], crf.num_tags)
    wide = torch.cat([emissions, 100 * torch.randn(1, 4, crf.num_tags)], dim=1)
    wide_mask = torch.cat([mask, torch.zeros(1, 4, dtype=torch.bool)], dim=1)
    alone, padded = crf.decode_batch(emissions, mask), crf.decode_batch(wide, wide_mask)
    for one, other in zip(alone, padded, strict=True):
        assert torch.allclose(one.double(), other[:, :3].double())
