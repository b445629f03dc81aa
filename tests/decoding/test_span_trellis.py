"""Weighted spans in the decoder, proved by enumerating all tag sequences of small cases."""

from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ner.characters.character_table import Ids
from ner.data.schemes import OUTSIDE, SCHEMES, is_legal, labels, tags_to_entities
from ner.decoding.numpy_chain import IMPOSSIBLE, POSSIBLE, Doubles, Floats, Mask, NumpyChain
from ner.decoding.span_tracks import Tags, WeightedSpans
from ner.decoding.tag_decoders import CrfDecoder, SoftmaxDecoder
from ner.lexicon.span_weights import NEVER, SpanWeight, TextSpans

TYPES, NEW = ["LOC", "PER"], "ID"


class Case(NamedTuple):
    decoder: CrfDecoder
    emissions: Floats
    mask: Mask
    allowed: Mask | None
    spans: WeightedSpans

    def paths(self, row: int) -> tuple[list[list[str]], Doubles]:
        """All sequences of tags of a row, and their log-probabilities, computed entity by entity."""
        tags, texts = self.spans.tags, self.spans.rows[row]
        length = int(self.mask[row].sum())
        known, temperature = list(tags.names[: tags.known]), self.decoder.temperature
        weights = {span[:3]: span.weight for span in texts.spans}
        found, scores = [], []
        for names in product(tags.names, repeat=length):
            if not all(is_legal(tags.scheme, *pair) for pair in zip((None, *names), (*names, None), strict=True)):
                continue
            path = [known.index(name) if name in known else known.index(OUTSIDE) for name in names]
            score = self.decoder.chain.start[path[0]] + self.decoder.chain.end[path[-1]]
            score += sum(self.decoder.chain.transitions[pair] for pair in pairwise(path))
            score += sum(float(self.emissions[row, i, tag]) for i, tag in enumerate(path))
            score /= temperature
            possible = self.allowed is None or all(self.allowed[row, i, tag] for i, tag in enumerate(path))
            entities = tags_to_entities(names, "x" * length, tags.scheme)[0]
            for entity in entities:
                listed = (entity.start, entity.end, entity.label) in weights
                if not listed and (entity.label in texts.listed_only or entity.label not in TYPES):
                    possible = False
                score += weights.get((entity.start, entity.end, entity.label), 0.0)
            spans = {(entity.start, entity.end) for entity in entities if entity.label not in TYPES}
            if possible and spans >= {*texts.forced} and score > POSSIBLE:
                found.append(list(names))
                scores.append(score)
        values = np.array(scores)
        return found, values - np.logaddexp.reduce(values) if len(values) else values


def make(
    seed: int, scheme: str, lengths: list[int], rows: list[TextSpans], temperature: float, constrain: bool
) -> Case:
    random = np.random.default_rng(seed)
    names = labels(SCHEMES[scheme], TYPES)
    every: list[str | None] = [*names, None]
    legal = np.array([[is_legal(SCHEMES[scheme], one, other) for other in every] for one in every])
    scores = np.where(legal, random.normal(size=legal.shape), IMPOSSIBLE)
    chain = NumpyChain(scores[-1, :-1], scores[:-1, :-1], scores[:-1, -1])
    emissions = (2 * random.normal(size=(len(lengths), max(lengths), len(names)))).astype(np.float32)
    allowed = random.random(emissions.shape) < 0.7
    allowed[..., 0] = True
    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    tags = Tags.of(names, SCHEMES[scheme], [NEW])
    return Case(
        CrfDecoder(chain, temperature), emissions, mask, allowed if constrain else None, WeightedSpans(rows, tags)
    )


@st.composite
def cases(draw: st.DrawFn, longest: int = 4) -> Case:
    lengths = draw(st.lists(st.integers(1, longest), min_size=1, max_size=3))
    rows = []
    for length in lengths:
        places = [(s, e) for s in range(length) for e in range(s + 1, length + 1)]
        keys = draw(
            st.lists(st.tuples(st.sampled_from(places), st.sampled_from([*TYPES, NEW])), max_size=8, unique=True)
        )
        weight = st.one_of(st.just(NEVER), st.just(0.0), st.floats(-8, 8))
        spans = [SpanWeight(*place, label, draw(weight)) for place, label in keys]
        only = draw(st.frozensets(st.sampled_from(TYPES), max_size=1))
        forced = draw(st.sampled_from([(), *((place,) for place, label in keys if label == NEW)]))
        if forced:
            ((start, end),) = forced
            spans = [s for s in spans if s[:3] == (start, end, NEW) or s.end <= start or s.start >= end]
            spans = [s._replace(weight=1.0) if s[:3] == (start, end, NEW) else s for s in spans]
        rows.append(TextSpans(spans, only, forced))
    return make(
        draw(st.integers(0, 10**6)),
        draw(st.sampled_from(["BIO", "BIOES"])),
        lengths,
        rows,
        draw(st.sampled_from([1.0, 2.5])),
        draw(st.booleans()),
    )


def names_of(case: Case, row: int, tags: Ids) -> list[str]:
    return [case.spans.tags.names[tag] for tag in tags[: case.mask[row].sum()]]


@given(case=cases())
@hypothesis_settings(max_examples=120, deadline=None)
def test_best_tags_and_span_probabilities_are_those_of_all_paths(case: Case) -> None:
    every = [case.paths(row) for row in range(len(case.mask))]
    assume(all(found for found, _ in every))
    tags, enter, leave = case.decoder.decode(case.emissions, case.mask, case.allowed, case.spans)
    for row, (paths, log_probabilities) in enumerate(every):
        best = names_of(case, row, tags[row])
        assert log_probabilities[paths.index(best)] == pytest.approx(log_probabilities.max(), abs=1e-6)
        scheme, text = case.spans.tags.scheme, "x" * len(best)
        of_paths = [{(e.start, e.end, e.label) for e in tags_to_entities(path, text, scheme)[0]} for path in paths]
        for entity in tags_to_entities(best, text, scheme)[0]:
            span = (entity.start, entity.end, entity.label)
            expected = sum(np.exp(p) for has, p in zip(of_paths, log_probabilities, strict=True) if span in has)
            assert np.exp(enter[row, entity.start] + leave[row, entity.end - 1]) == pytest.approx(expected, abs=1e-6)


@given(case=cases(longest=3), n=st.sampled_from([1, 3, 30]))
@hypothesis_settings(max_examples=80, deadline=None)
def test_nbest_is_the_head_of_all_paths(case: Case, n: int) -> None:
    """With the partition: the probabilities are of all paths, not of the n best."""
    every = [case.paths(row) for row in range(len(case.mask))]
    assume(all(found for found, _ in every))
    nbest = case.decoder.nbest(case.emissions, case.mask, n, case.allowed, case.spans)
    for row, (paths, log_probabilities) in enumerate(every):
        expected = np.sort(log_probabilities)[::-1][:n]
        found = nbest.log_probabilities[row]
        assert found[: len(expected)] == pytest.approx(expected, abs=1e-6)
        assert (found[len(expected) :] == -np.inf).all()
        named = [names_of(case, row, tags) for tags in nbest.tags[row, : len(expected)]]
        assert [log_probabilities[paths.index(each)] for each in named] == pytest.approx(expected, abs=1e-6)
        assert len({*map(tuple, named)}) == len(named)


@given(case=cases())
@hypothesis_settings(max_examples=60, deadline=None)
def test_each_row_is_read_as_if_it_were_alone(case: Case) -> None:
    assume(all(case.paths(row)[0] for row in range(len(case.mask))))
    together = case.decoder.decode(case.emissions, case.mask, case.allowed, case.spans)
    for row, length in enumerate(case.mask.sum(axis=1)):
        one = slice(row, row + 1)
        allowed = None if case.allowed is None else case.allowed[one, :length]
        spans = WeightedSpans(case.spans.rows[one], case.spans.tags)
        alone = case.decoder.decode(case.emissions[one, :length], case.mask[one, :length], allowed, spans)
        for ours, theirs in zip(alone, together, strict=True):
            assert ours[0] == pytest.approx(theirs[row, :length], abs=1e-6)


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_a_whole_span_gets_the_weight_and_neither_a_part_nor_a_longer_one(scheme: str) -> None:
    """Log-odds: p / (1 - p) of the span grows by the factor e^w, and the others keep their proportions."""
    rows = [TextSpans([SpanWeight(0, 2, "LOC", 0.0)])]
    before = make(1, scheme, [4], rows, 2.5, False)
    after = before._replace(spans=WeightedSpans([TextSpans([SpanWeight(0, 2, "LOC", 3.0)])], before.spans.tags))
    probability = {}
    for name, case in (("before", before), ("after", after)):
        nbest = case.decoder.nbest(case.emissions, case.mask, 300, None, case.spans)
        has = np.array(
            [
                any(
                    (e.start, e.end, e.label) == (0, 2, "LOC")
                    for e in tags_to_entities(path, "xxxx", SCHEMES[scheme])[0]
                )
                for path in (names_of(case, 0, tags) for tags in nbest.tags[0])
            ]
        )
        assert np.exp(nbest.log_probabilities).sum() == pytest.approx(1.0, abs=1e-3)
        probability[name] = np.exp(nbest.log_probabilities[0])[has].sum()
    odds = {name: p / (1 - p) for name, p in probability.items()}
    assert odds["after"] / odds["before"] == pytest.approx(np.exp(3.0), rel=1e-2)


def test_a_span_over_a_long_text_loses_no_digits() -> None:
    spans = [SpanWeight(start, start + 3, "LOC", 4.0) for start in range(0, 990, 7)]
    case = make(3, "BIOES", [1000], [TextSpans(spans)], 1.0, False)
    emissions = (case.emissions * 64).round() / 64
    one, other = (
        case.decoder.decode(shifted, case.mask, None, case.spans) for shifted in (emissions, emissions + 4096)
    )
    assert (one.tags == other.tags).all()
    assert np.exp(one.enter + one.leave) == pytest.approx(np.exp(other.enter + other.leave), abs=1e-8)


def test_what_no_path_fulfils_is_an_error_that_names_the_row() -> None:
    spans = [TextSpans([]), TextSpans([SpanWeight(0, 1, "LOC", NEVER)])]
    case = make(5, "BIO", [1, 1], spans, 1.0, False)
    allowed = np.zeros_like(case.emissions, dtype=bool)
    allowed[..., case.spans.tags.names.index("B-LOC")] = True
    for call in (
        lambda: case.decoder.decode(case.emissions, case.mask, allowed, case.spans),
        lambda: case.decoder.nbest(case.emissions, case.mask, 2, allowed, case.spans),
    ):
        with pytest.raises(ValueError, match=r"got none in \[1\]"):
            call()


def test_a_softmax_takes_no_weighted_spans() -> None:
    case = make(5, "BIO", [2], [TextSpans([])], 1.0, False)
    decoder = SoftmaxDecoder(1.0)
    for call in (
        lambda: decoder.decode(case.emissions, case.mask, None, case.spans),
        lambda: decoder.nbest(case.emissions, case.mask, 2, None, case.spans),
    ):
        with pytest.raises(ValueError, match="expected a CRF"):
            call()


@pytest.mark.parametrize("size", [1, 150, 1000])
def test_parts_of_a_text_are_joined_without_a_seam(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = [SpanWeight(start, start + 1 + start % 5, "LOC", 2.0) for start in range(0, 50, 2)]
    case = make(3, "BIO", [60, 40], [TextSpans(spans), TextSpans(spans[:18])], 2.5, False)
    whole = case.decoder.decode(case.emissions, case.mask, None, case.spans)
    three = case.decoder.nbest(case.emissions, case.mask, 3, None, case.spans)
    monkeypatch.setattr("ner.decoding.span_trellis._CHUNK", size)
    for ours, theirs in zip(case.decoder.decode(case.emissions, case.mask, None, case.spans), whole, strict=True):
        assert (ours[case.mask] == theirs[case.mask]).all()
    assert (case.decoder.nbest(case.emissions, case.mask, 3, None, case.spans).tags == three.tags).all()
