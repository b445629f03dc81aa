"""The CRF, proved by enumerating every path of small cases."""

import math
from functools import lru_cache
from itertools import pairwise, product

import pytest
import torch
from torch import Tensor
from torchcrf import CRF

from ner.data.schemes import SCHEMES, is_legal, labels
from ner.decoding.numpy_chain import IMPOSSIBLE
from ner.model.crf.scheme_crf import SchemeCrf

TYPES = ["LOC", "PER"]
LENGTHS = [4, 1, 2, 3]
both_schemes = pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
all_scales = pytest.mark.parametrize("scale", [1.0, 1e4])


def make(scheme: str, seed: int = 0) -> SchemeCrf:
    torch.manual_seed(seed)
    crf = SchemeCrf(labels(SCHEMES[scheme], TYPES), SCHEMES[scheme])
    with torch.no_grad():
        for scores in crf.parameters():
            scores.copy_(torch.where(scores == IMPOSSIBLE, scores, torch.randn_like(scores)))
    return crf


def batch(lengths: list[int], tags: int, scale: float = 1.0, seed: int = 3) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    emissions = scale * torch.randn(len(lengths), max(lengths), tags)
    return emissions, torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)


def constraints(emissions: Tensor) -> Tensor:
    """About half of all tags, at random, and O always: so a legal path is left."""
    torch.manual_seed(5)
    allowed = torch.rand_like(emissions) < 0.5
    allowed[..., 0] = True
    return allowed


@lru_cache
def legal_paths(scheme: str, length: int) -> Tensor:
    """All legal paths, `(paths, length)`."""
    names: list[str | None] = [*labels(SCHEMES[scheme], TYPES), None]  # the last, at -1, is the boundary
    tags = range(len(names) - 1)
    legal = {(a, b) for a in (-1, *tags) for b in (-1, *tags) if is_legal(SCHEMES[scheme], names[a], names[b])}
    paths = product(tags, repeat=length)
    return torch.tensor([path for path in paths if legal.issuperset(pairwise((-1, *path, -1)))])


def enumerate_paths(
    scheme: str, crf: SchemeCrf, emissions: Tensor, length: int, allowed: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The legal, allowed paths of one row `(paths, length)`, and their scores `(paths,)` in float64."""
    paths = legal_paths(scheme, length)
    if allowed is not None:
        paths = paths[allowed[:length].gather(1, paths.T).all(dim=0)]
    scores = crf.start_transitions[paths[:, 0]].double() + crf.end_transitions[paths[:, -1]].double()
    for i in range(length):
        scores = scores + emissions[i, paths[:, i]].double()
        if i > 0:
            scores = scores + crf.transitions[paths[:, i - 1], paths[:, i]].double()
    return paths, scores


def some_gold(scheme: str, lengths: list[int]) -> Tensor:
    """A legal path for every row, 0 in the padding."""
    tags = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    for row, length in enumerate(lengths):
        paths = legal_paths(scheme, length)
        tags[row, :length] = paths[len(paths) * 2 // 3]
    return tags


@both_schemes
def test_loss_is_the_share_of_the_gold_path_among_all_legal_ones(scheme: str) -> None:
    crf = make(scheme)
    emissions, mask = batch(LENGTHS, crf.num_tags)
    tags = some_gold(scheme, LENGTHS)
    shares = []
    for row, length in enumerate(LENGTHS):
        paths, scores = enumerate_paths(scheme, crf, emissions[row], length)
        gold = (paths == tags[row, :length]).all(dim=1)
        shares.append(scores[gold].item() - scores.logsumexp(0).item())
    assert crf.loss(emissions, tags, mask).item() == pytest.approx(-sum(shares) / len(shares), abs=1e-4)
    assert crf.sequence_log_probability(emissions, tags, mask).tolist() == pytest.approx(shares, abs=1e-9)


@both_schemes
def test_pytorch_crf_agrees_on_legal_data(scheme: str) -> None:
    crf = make(scheme)
    reference = CRF(crf.num_tags, batch_first=True)
    reference.load_state_dict(dict(crf.named_parameters()))
    lengths = [40, 25, 1]
    emissions, mask = batch(lengths, crf.num_tags)
    tags = torch.from_numpy(crf.decoder().decode(emissions.numpy(), mask.numpy()).tags)
    assert [tags[row, :length].tolist() for row, length in enumerate(lengths)] == reference.decode(emissions, mask)
    likelihood = reference(emissions, tags, mask=mask, reduction="none")
    assert crf.loss(emissions, tags, mask).item() == pytest.approx(-likelihood.mean().item(), abs=1e-4)
    found = crf.sequence_log_probability(emissions, tags, mask)
    assert found.tolist() == pytest.approx(likelihood.tolist(), abs=1e-4)


@both_schemes
@all_scales
def test_partial_loss_and_its_gradient_are_those_of_all_allowed_paths(scheme: str, scale: float) -> None:
    crf = make(scheme)
    emissions, mask = batch(LENGTHS, crf.num_tags, scale)
    emissions = emissions.double().requires_grad_()
    inputs = [emissions, *crf.parameters()]
    allowed = constraints(emissions)
    rows = []
    for row, length in enumerate(LENGTHS):
        every = enumerate_paths(scheme, crf, emissions[row], length)[1]
        some = enumerate_paths(scheme, crf, emissions[row], length, allowed[row])[1]
        rows.append(every.logsumexp(0) - some.logsumexp(0))
    expected = torch.stack(rows).mean()
    found = crf.partial_loss(emissions, allowed, mask)
    assert found.item() == pytest.approx(expected.item(), rel=1e-6, abs=1e-6)
    gradients = torch.autograd.grad(found, inputs)
    assert gradients[0].abs().max() > 0.01
    for gradient, reference in zip(gradients, torch.autograd.grad(expected, inputs), strict=True):
        assert torch.allclose(gradient, reference, rtol=0, atol=1e-6)


@both_schemes
@all_scales
def test_partial_loss_of_one_allowed_tag_a_character_is_the_loss(scheme: str, scale: float) -> None:
    crf = make(scheme)
    emissions, mask = batch(LENGTHS, crf.num_tags, scale)
    emissions.requires_grad_()
    tags = some_gold(scheme, LENGTHS)
    allowed = torch.nn.functional.one_hot(tags, crf.num_tags).bool()
    found, expected = crf.partial_loss(emissions, allowed, mask), crf.loss(emissions, tags, mask)
    assert found.dtype == expected.dtype == torch.float32
    assert found.item() == pytest.approx(expected.item(), rel=1e-6, abs=1e-4)
    inputs = [emissions, *crf.parameters()]
    for gradient, reference in zip(
        torch.autograd.grad(found, inputs), torch.autograd.grad(expected, inputs), strict=True
    ):
        assert torch.allclose(gradient, reference, rtol=0, atol=1e-4)


def test_partial_loss_of_unlabelled_sentences_is_0() -> None:
    crf = make("BIOES")
    emissions, mask = batch(LENGTHS, crf.num_tags)
    assert crf.partial_loss(emissions, torch.ones_like(emissions, dtype=torch.bool), mask).item() == 0


def test_constraints_that_no_legal_path_fulfils_are_an_error_that_names_the_rows() -> None:
    crf = make("BIOES")
    names = labels(SCHEMES["BIOES"], TYPES)
    emissions, mask = batch([3, 2, 3], crf.num_tags)
    allowed = torch.ones_like(emissions, dtype=torch.bool)
    allowed[1, 2] = False  # outside the mask it doesn't count
    assert math.isfinite(crf.partial_loss(emissions, allowed, mask).item())
    allowed[2, 0] = torch.tensor([name == "I-PER" for name in names])  # no tag may come before it
    with pytest.raises(ValueError, match=r"got none in \[2\]"):
        crf.partial_loss(emissions, allowed, mask)


@both_schemes
@all_scales
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_marginals_sum_over_all_paths(scheme: str, scale: float, temperature: float) -> None:
    crf = make(scheme)
    crf.temperature.fill_(temperature)
    emissions, mask = batch(LENGTHS, crf.num_tags, scale)
    marginals = crf.marginals(emissions, mask)
    assert torch.allclose(marginals.sum(dim=2), mask.double(), rtol=0, atol=1e-12)
    for row, length in enumerate(LENGTHS):
        paths, scores = enumerate_paths(scheme, crf, emissions[row], length)
        holding = torch.nn.functional.one_hot(paths, crf.num_tags).double()  # (paths, length, tags)
        expected = torch.einsum("p,plt->lt", (scores / temperature).softmax(0), holding)
        assert torch.allclose(marginals[row, :length], expected, rtol=0, atol=1e-6)


@both_schemes
@all_scales
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_divergence_sums_over_all_paths(scheme: str, scale: float, temperature: float) -> None:
    crf = make(scheme)
    crf.temperature.fill_(temperature)
    one, mask = batch(LENGTHS, crf.num_tags, scale)
    other, _ = batch(LENGTHS, crf.num_tags, scale, seed=4)
    expected = 0.0
    for row, length in enumerate(LENGTHS):
        p, q = (
            (enumerate_paths(scheme, crf, emissions[row], length)[1] / temperature).log_softmax(0)
            for emissions in (one, other)
        )
        expected += ((p.exp() * (p - q)).sum() + (q.exp() * (q - p)).sum()).item() / 2 / len(LENGTHS)
    assert crf.divergence(one, other, mask).item() == pytest.approx(expected, rel=1e-5)
    assert crf.divergence(one, one, mask).item() == 0


@both_schemes
def test_divergence_has_the_right_gradient(scheme: str) -> None:
    crf = make(scheme)
    (one, mask), (other, _) = (batch(LENGTHS, crf.num_tags, seed=seed) for seed in (3, 4))
    one, other = one.double().requires_grad_(), other.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: crf._divergences(a, b, mask), (one, other))
    crf.divergence(one, other, mask).backward()  # type: ignore[no-untyped-call]
    for scores in crf.parameters():
        assert scores.grad is not None
        assert (scores.grad[scores == IMPOSSIBLE] == 0).all()
        assert (scores.grad[scores != IMPOSSIBLE] != 0).any()


@both_schemes
def test_temperature_changes_probabilities_alone(scheme: str) -> None:
    """A sequence of probability p gets p to the power of 1 / temperature, normalised."""
    crf = make(scheme)
    emissions, mask = batch([3], crf.num_tags)
    paths = legal_paths(scheme, 3)
    emissions, mask = emissions.expand(len(paths), -1, -1), mask.expand(len(paths), -1)
    before = crf.sequence_log_probability(emissions, paths, mask)
    loss = crf.loss(emissions, paths, mask)
    allowed = constraints(emissions)
    partial = crf.partial_loss(emissions, allowed, mask)
    crf.temperature.fill_(2.5)
    after = crf.sequence_log_probability(emissions, paths, mask)
    assert before.exp().sum().item() == pytest.approx(1.0)
    assert torch.allclose(after.exp(), (before / 2.5).softmax(0))
    assert not torch.allclose(after, before)
    assert crf.loss(emissions, paths, mask) == loss
    assert crf.partial_loss(emissions, allowed, mask) == partial


def test_temperature_can_be_fitted_by_gradient_and_is_saved() -> None:
    crf = make("BIO")
    emissions, mask = batch(LENGTHS, crf.num_tags)
    tags = some_gold("BIO", LENGTHS)
    crf.temperature.fill_(2.0).requires_grad_()
    crf.sequence_log_probability(emissions, tags, mask).sum().backward()
    step, values = 1e-3, []
    for temperature in (2.0 - step, 2.0 + step):
        crf.temperature.data.fill_(temperature)
        values.append(crf.sequence_log_probability(emissions, tags, mask).sum().item())
    assert crf.temperature.grad.item() == pytest.approx((values[1] - values[0]) / (2 * step), rel=1e-3)
    other = make("BIO", seed=1)
    other.load_state_dict(crf.state_dict())
    assert other.temperature.item() == pytest.approx(2.0 + step)


def test_an_illegal_sequence_has_no_probability() -> None:
    crf = make("BIOES")
    emissions, mask = batch([2, 2], crf.num_tags)
    tags = torch.tensor([[0, 0], [1, 0]])  # B-LOC before O
    assert (crf.sequence_log_probability(emissions, tags, mask) == -torch.inf).tolist() == [False, True]


def test_large_emissions_neither_overflow_nor_break_the_gradient() -> None:
    crf = make("BIOES")
    emissions, mask = batch([5, 3], crf.num_tags, scale=1e4)
    emissions.requires_grad_()
    tags = torch.zeros(2, 5, dtype=torch.long)
    loss = crf.loss(emissions, tags, mask)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(emissions.grad).all()


def test_training_leaves_impossible_transitions_impossible() -> None:
    crf = make("BIOES")
    optimizer = torch.optim.AdamW(crf.parameters(), lr=0.1, weight_decay=0.0)
    impossible = crf.transitions < IMPOSSIBLE / 2
    before = crf.transitions.detach().clone()
    for seed in range(5):
        emissions, mask = batch([4, 4], crf.num_tags, seed=seed)
        optimizer.zero_grad()
        crf.loss(emissions, torch.zeros(2, 4, dtype=torch.long), mask).backward()
        crf.partial_loss(emissions, constraints(emissions), mask).backward()
        optimizer.step()
    assert (crf.transitions[impossible] == IMPOSSIBLE).all()
    assert not torch.equal(crf.transitions[~impossible], before[~impossible])


def test_the_decoder_has_the_scores_of_now() -> None:
    """While the CRF is trained, dev is decoded again and again."""
    crf = make("BIOES")
    emissions, mask = batch([6], crf.num_tags)
    for seed in (1, 2):
        crf.load_state_dict(make("BIOES", seed).state_dict())
        crf.temperature.fill_(seed)
        tags, log_probabilities = crf.decoder().nbest(emissions.numpy(), mask.numpy(), 2)
        for i in range(2):
            expected = crf.sequence_log_probability(emissions, torch.from_numpy(tags[:, i]), mask)
            assert log_probabilities[:, i] == pytest.approx(expected.tolist())
