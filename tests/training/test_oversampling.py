import math

import pytest

from ner.data.entities import Entity, Sentence
from ner.training.oversampling import repeats, type_factors


def sentence(*types: str) -> Sentence:
    text = "王小明在北京"
    return Sentence(text, tuple(Entity(i, i + 1, label, text[i]) for i, label in enumerate(types)))


# LOC in half of the sentences (twice in one of them), PER in an eighth, GOV in a sixteenth.
SENTENCES = [sentence("LOC", "LOC"), *[sentence("LOC")] * 6, sentence("GOV", "LOC", "PER"), sentence("PER")]
SENTENCES += [sentence()] * 7


def test_factors_by_hand() -> None:
    assert type_factors(SENTENCES, 0.25) == {"GOV": math.sqrt(0.25 / (1 / 16)), "PER": math.sqrt(0.25 / (2 / 16))}
    assert type_factors(SENTENCES, 0.5).keys() == {"GOV", "PER"}
    assert type_factors(SENTENCES, 1 / 16) == {}


def test_an_entity_that_is_not_learned_does_not_count() -> None:
    inside = Sentence("北京大学", (Entity(0, 4, "ORG", "北京大学"), Entity(0, 2, "LOC", "北京")))
    assert type_factors([inside, *[sentence()] * 3], 1.0) == {"ORG": 2.0}


def test_a_sentence_takes_the_largest_factor_of_its_types() -> None:
    times = repeats(SENTENCES, 0.25, seed=1)
    assert times[7] == 2
    assert times[8] in (1, 2)
    assert [*times[:7], *times[9:]] == [1] * 14
    assert repeats(SENTENCES, 0.0, seed=1) == [1] * 16
    assert repeats([], 0.5, seed=1) == []


def test_fractions_are_rounded_up_as_often_as_they_say_and_by_the_seed() -> None:
    many = [sentence("PER"), *[sentence()] * 9] * 400  # sqrt(0.5 / 0.1) is 2.236
    times = repeats(many, 0.5, seed=1)
    assert set(times) == {1, 2, 3}
    assert sum(times[::10]) / 400 == pytest.approx(math.sqrt(5), abs=0.06)
    assert times == repeats(many, 0.5, seed=1)
    assert times != repeats(many, 0.5, seed=2)
