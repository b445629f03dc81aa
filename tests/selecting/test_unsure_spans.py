import numpy as np
import pytest

from ner.data.entities import Entity
from ner.records.record import Alternative
from ner.selecting import unsure_spans
from ner.selecting.unsure_spans import find_unsure_spans
from ner.tagging.tagger import Tagger

TEXT = "王小明在北京大学"


def find(
    monkeypatch: pytest.MonkeyPatch, tagger: Tagger, probabilities: list[float], *readings: list[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    monkeypatch.setattr(unsure_spans, "tag_marginals", lambda *_: [np.array([[p, 1 - p] for p in probabilities])])
    alternatives = [Alternative([Entity(s, e, "X", TEXT[s:e]) for s, e in spans], 0.5) for spans in readings]
    return find_unsure_spans(tagger, [TEXT], [alternatives], 0.9)[0]


def test_unsure_characters_next_to_each_other_are_a_part(monkeypatch: pytest.MonkeyPatch, tagger: Tagger) -> None:
    assert find(monkeypatch, tagger, [1, 1, 0.8, 0.8, 0.9, 1, 0.5, 1]) == ((2, 4), (6, 7))


def test_a_part_has_whole_entities_of_all_readings(monkeypatch: pytest.MonkeyPatch, tagger: Tagger) -> None:
    found = find(monkeypatch, tagger, [1, 1, 1, 1, 1, 1, 0.8, 1], [(0, 3), (4, 8)], [(3, 5)])
    assert found == ((3, 8),)  # the second reading's entity overlaps what the first one's adds


def test_the_least_sure_character_is_always_asked_for(monkeypatch: pytest.MonkeyPatch, tagger: Tagger) -> None:
    assert find(monkeypatch, tagger, [1, 0.99, 1, 1, 1, 1, 1, 1], [(0, 3)]) == ((0, 3),)


def test_a_real_text(tagger: Tagger) -> None:
    texts = ["王小明在海大学看书。"]
    (spans,) = find_unsure_spans(tagger, texts, tagger.nbest(texts, 5), 1.0)
    assert spans[0][0] >= 0
    assert spans[-1][1] <= len(texts[0])
