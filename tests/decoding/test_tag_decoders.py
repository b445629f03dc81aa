"""What reads tags from emissions, proved by enumerating every path of small cases, and against the torch modules."""

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ner.characters.character_table import Ids
from ner.data.schemes import SCHEMES, is_legal, labels
from ner.decoding.numpy_chain import IMPOSSIBLE, POSSIBLE, Doubles, Floats, Mask, NumpyChain
from ner.decoding.tag_decoders import CrfDecoder, SoftmaxDecoder, TagDecoder
from ner.model.crf.scheme_crf import SchemeCrf
from ner.model.crf.softmax_output import SoftmaxOutput
from ner.model.crf.tag_distribution import TagDistribution

NAMES = {scheme: labels(SCHEMES[scheme], ["LOC", "PER"]) for scheme in ("BIO", "BIOES")}
LENGTHS = [4, 1, 2, 3]
KINDS = ["BIO", "BIOES", "softmax"]  # a CRF of either scheme, or a softmax
all_kinds = pytest.mark.parametrize("kind", KINDS)
all_scales = pytest.mark.parametrize("scale", [1.0, 1e4])
constrained_or_not = pytest.mark.parametrize("constrain", [False, True])
all_temperatures = pytest.mark.parametrize("temperature", [1.0, 2.5])


class Case(NamedTuple):
    """A decoder, the scores that it has, and a batch."""

    decoder: TagDecoder
    chain: NumpyChain
    emissions: Floats
    mask: Mask
    allowed: Mask

    def decode(self, constrain: bool = False) -> tuple[Ids, Doubles, Doubles]:
        return self.decoder.decode(self.emissions, self.mask, self.allowed if constrain else None)

    def paths(self, row: int, constrain: bool, temperature: float = 1.0) -> tuple[Ids, Doubles]:
        """The possible paths of a row `(paths, length)`, and their log probabilities `(paths,)`."""
        length = LENGTHS[row]
        emissions = self.emissions[row, :length].astype(np.float64)
        if constrain:
            emissions = np.where(self.allowed[row, :length], emissions, IMPOSSIBLE)
        paths = every_path(emissions.shape[1], length)
        scores = self.chain.start[paths[:, 0]] + self.chain.end[paths[:, -1]]
        scores += emissions[np.arange(length), paths].sum(axis=1)
        scores += self.chain.transitions[paths[:, :-1], paths[:, 1:]].sum(axis=1)
        paths, scores = paths[scores > POSSIBLE], scores[scores > POSSIBLE] / temperature
        return paths, scores - np.logaddexp.reduce(scores)


@lru_cache
def every_path(tags: int, length: int) -> Ids:
    return np.array([*product(range(tags), repeat=length)])


def case(kind: str, scale: float = 1.0, temperature: float = 1.0, lengths: list[int] | None = None) -> Case:
    random = np.random.default_rng(0)
    names = NAMES.get(kind, NAMES["BIO"])
    chain = NumpyChain(np.zeros(len(names)), np.zeros((len(names), len(names))), np.zeros(len(names)))
    decoder: TagDecoder = SoftmaxDecoder(temperature)
    if kind != "softmax":
        every: list[str | None] = [*names, None]  # the last is the boundary
        legal = np.array([[is_legal(SCHEMES[kind], one, other) for other in every] for one in every])
        scores = np.where(legal, random.normal(size=legal.shape), IMPOSSIBLE)
        chain = NumpyChain(scores[-1, :-1], scores[:-1, :-1], scores[:-1, -1])
        decoder = CrfDecoder(chain, temperature)
    lengths = lengths or LENGTHS
    emissions = (scale * random.normal(size=(len(lengths), max(lengths), len(names)))).astype(np.float32)
    allowed = random.random(emissions.shape) < 0.5
    allowed[..., 0] = True  # O: so a possible sequence is left
    return Case(decoder, chain, emissions, np.arange(max(lengths)) < np.array(lengths)[:, None], allowed)


@all_kinds
@all_scales
@constrained_or_not
@all_temperatures
def test_the_best_path_is_found_with_the_probabilities_of_its_spans(
    kind: str, scale: float, constrain: bool, temperature: float
) -> None:
    """The probability of a span sums over all paths that hold it; by a CRF it also ends there."""
    given = case(kind, scale, temperature)
    tags, enter, leave = given.decode(constrain)
    assert np.isfinite(enter[given.mask]).all()
    assert ((enter + leave)[given.mask] <= 1e-6).all()
    goes_on = given.chain.start < POSSIBLE
    for row, length in enumerate(LENGTHS):
        paths, log_probabilities = given.paths(row, constrain, temperature)
        best = tags[row, :length]
        assert best.tolist() == paths[log_probabilities.argmax()].tolist()
        for start, end in [(s, e) for s in range(length) for e in range(s + 1, length + 1)]:
            holding = (paths[:, start:end] == best[start:end]).all(axis=1)
            if end < length:
                holding &= ~goes_on[paths[:, end]]
            found = np.exp(enter[row, start] + leave[row, end - 1])
            assert found == pytest.approx(np.exp(log_probabilities[holding]).sum(), abs=1e-6)


@all_kinds
@all_scales
@pytest.mark.parametrize("n", [1, 3, 40])
@all_temperatures
def test_nbest_is_the_head_of_all_paths_sorted(kind: str, scale: float, n: int, temperature: float) -> None:
    given = case(kind, scale, temperature)
    nbest = given.decoder.nbest(given.emissions, given.mask, n)
    assert nbest.tags.shape == (len(LENGTHS), n, max(LENGTHS))
    for row, length in enumerate(LENGTHS):
        paths, log_probabilities = given.paths(row, False, temperature)
        order = (-log_probabilities).argsort()[:n]
        assert nbest.tags[row, : len(order), :length].tolist() == paths[order].tolist()
        found = nbest.log_probabilities[row]
        assert found[: len(order)] == pytest.approx(log_probabilities[order], rel=1e-9, abs=1e-6)
        assert (found[len(order) :] == -np.inf).all()


@pytest.mark.parametrize(("kind", "counts"), [("BIO", [3, 11]), ("BIOES", [3, 11]), ("softmax", [5, 25])])
def test_there_are_no_more_sequences_than_there_are(kind: str, counts: list[int]) -> None:
    given = case(kind, lengths=[1, 2])
    _, log_probabilities = given.decoder.nbest(given.emissions, given.mask, 100)
    assert np.isfinite(log_probabilities).sum(axis=1).tolist() == counts
    assert np.exp(log_probabilities).sum(axis=1) == pytest.approx(1.0)


batches = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "lengths": st.lists(st.integers(1, 12), min_size=1, max_size=4),
        "scale": st.sampled_from([0.1, 3.0, 1e4]),
        "temperature": st.sampled_from([1.0, 2.5]),
    }
)


@given(options=batches)
@hypothesis_settings(max_examples=60)
def test_probabilities_are_those_of_the_torch_modules(options: dict) -> None:
    """Of whole sequences; and of single characters, where the tag alone tells that an entity ends."""
    given = case(**options)
    module: TagDistribution = SoftmaxOutput()
    may_go_on = np.zeros(given.emissions.shape[2], dtype=bool)
    if isinstance(given.decoder, CrfDecoder):
        module = SchemeCrf(NAMES[options["kind"]], SCHEMES[options["kind"]]).double()
        for name, scores in zip(("start_transitions", "transitions", "end_transitions"), given.chain, strict=True):
            module.get_parameter(name).data.copy_(torch.from_numpy(scores))
        may_go_on = (given.chain.transitions[:, given.chain.start < POSSIBLE] > POSSIBLE).any(axis=1)
    module.temperature.fill_(options["temperature"])
    tags, enter, leave = module.decoder().decode(given.emissions, given.mask)
    emissions, mask, paths = map(torch.from_numpy, (given.emissions, given.mask, np.where(given.mask, tags, 0)))
    last = given.mask.sum(axis=1, keepdims=True) - 1
    whole = enter[:, :1] + np.take_along_axis(leave, last, axis=1)
    with torch.no_grad():
        expected = module.sequence_log_probability(emissions, paths, mask).numpy()
        marginals = module.marginals(emissions, mask).gather(2, paths.unsqueeze(2)).squeeze(2).numpy()
    assert whole[:, 0] == pytest.approx(expected, rel=1e-9, abs=1e-6)
    single = np.exp(enter + leave)
    assert (single <= marginals + 1e-6)[given.mask].all()
    alone = given.mask & ~may_go_on[tags]
    assert single[alone] == pytest.approx(marginals[alone], abs=1e-6)


@all_kinds
def test_temperature_changes_probabilities_alone(kind: str) -> None:
    """A sequence of probability p gets p to the power of 1 / temperature, normalised."""
    cold, warm = case(kind), case(kind, temperature=2.5)
    assert (cold.decode()[0] == warm.decode()[0]).all()
    before, after = (each.decoder.nbest(each.emissions[:1, :2], each.mask[:1, :2], 100) for each in (cold, warm))
    possible = np.isfinite(before.log_probabilities)
    expected = np.exp(before.log_probabilities[possible] / 2.5)
    assert np.exp(after.log_probabilities[possible]) == pytest.approx(expected / expected.sum())
    assert not np.allclose(before.log_probabilities[possible], after.log_probabilities[possible])


@all_kinds
@all_scales
def test_padding_changes_nothing(kind: str, scale: float) -> None:
    given = case(kind, lengths=[3, 2])
    wide = np.concatenate([given.emissions, scale * given.emissions], axis=1)
    wide_mask = np.concatenate([given.mask, np.zeros_like(given.mask)], axis=1)
    for alone, padded in zip(given.decode(), given.decoder.decode(wide, wide_mask), strict=True):
        assert padded[:, :3][given.mask] == pytest.approx(alone[given.mask])


@all_kinds
def test_a_sum_over_a_long_text_loses_no_digits(kind: str) -> None:
    given = case(kind, lengths=[1000])
    emissions = (given.emissions * 64).round() / 64  # so that float32 holds the sums below
    one, other = (given.decoder.decode(shifted, given.mask) for shifted in (emissions, emissions + 4096))
    assert (one.tags == other.tags).all()
    assert np.exp(one.enter + one.leave) == pytest.approx(np.exp(other.enter + other.leave), abs=1e-8)


@all_kinds
def test_the_emissions_stay_as_they_are(kind: str) -> None:
    given = case(kind, temperature=2.0)
    before = given.emissions.copy()
    given.decode()
    given.decoder.nbest(given.emissions, given.mask, 2)
    assert (given.emissions == before).all()


@pytest.mark.parametrize("kind", ["BIOES", "softmax"])
@pytest.mark.parametrize("temperature", [0.01, 1.0, 100.0])
def test_constraints_that_no_path_fulfils_are_an_error_that_names_the_rows(kind: str, temperature: float) -> None:
    given = case(kind, temperature=temperature)
    given.allowed[1, 1] = False  # outside the mask it doesn't count
    given.decode(constrain=True)
    given.allowed[2, 0] = (
        [name == "I-PER" for name in NAMES["BIOES"]] if kind == "BIOES" else False
    )  # it begins nothing
    with pytest.raises(ValueError, match=r"got none in \[2\]"):
        given.decode(constrain=True)


@all_kinds
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda given: given.decoder.nbest(given.emissions, given.mask, 0),
            "expected `n` to be at least 1, got 0",
        ),
        (
            lambda given: given.decoder.decode(given.emissions, given.mask, given.allowed[:, :1]),
            r"allowed tags of the shape \(4, 4, \d\), got \(4, 1, \d\)",
        ),
    ],
)
def test_what_can_not_be_is_an_error(kind: str, call: Callable[[Case], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(case(kind))


@all_kinds
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e4])
@all_temperatures
def test_entropy_and_marginals_sum_over_all_paths(kind: str, scale: float, temperature: float) -> None:
    given = case(kind, scale, temperature)
    entropy = given.decoder.entropy(given.emissions, given.mask)
    marginals = given.decoder.marginals(given.emissions, given.mask)
    for row, length in enumerate(LENGTHS):
        paths, logs = given.paths(row, constrain=False, temperature=temperature)
        assert entropy[row] == pytest.approx(-(np.exp(logs) * np.maximum(logs, -700)).sum(), abs=1e-6)
        for character in range(length):
            expected = np.bincount(paths[:, character], np.exp(logs), minlength=marginals.shape[2])
            assert marginals[row, character] == pytest.approx(expected, abs=1e-6)
    assert not marginals[~given.mask].any()


@all_kinds
def test_the_entropy_of_a_long_text_is_finite(kind: str) -> None:
    """That of independent tags is the sum of the entropies of its characters; that of a chain is at most this sum."""
    given = case(kind, 30.0, lengths=[3000, 1])
    marginals = given.decoder.marginals(given.emissions, given.mask)
    of_characters = -(marginals * np.log(np.maximum(marginals, 1e-300))).sum(axis=(1, 2))
    entropy = given.decoder.entropy(given.emissions, given.mask)
    assert (entropy >= 0).all()
    assert (entropy <= of_characters + 1e-6).all()
    if kind == "softmax":
        assert entropy == pytest.approx(of_characters, rel=1e-6)
