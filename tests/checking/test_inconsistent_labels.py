from dataclasses import replace
from math import comb, exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.checking.inconsistent_labels import inconsistent_labels, log_binomial_tail, surfaces
from ner.data.entities import Entity, Sentence


def sentence(text: str, *spans: tuple[int, int, str], line: int = 1) -> Sentence:
    entities = tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans)
    return Sentence(text, entities, "a.txt", line)


BEIJING = sentence("去北京", (1, 3, "LOC"))


def found(*sentences: Sentence) -> list[tuple[int, str, str]]:
    return [(finding.line, finding.kind, finding.message) for finding in inconsistent_labels(sentences)]


@given(st.integers(0, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_binomial_tail(case: tuple[int, int]) -> None:
    most, total = case
    expected = sum(comb(total, k) * 0.2**k * 0.8 ** (total - k) for k in range(most + 1))
    assert exp(log_binomial_tail(most, total, 0.2)) == pytest.approx(expected)


def test_the_binomial_tail_of_many() -> None:
    assert log_binomial_tail(0, 10_000, 0.2) == pytest.approx(-2231.4355)


def test_a_missing_label() -> None:
    other = sentence("他们说过今年要在本月去北京开会", line=9)
    assert found(*[BEIJING] * 21, other) == [
        (
            9,
            "surface with a label missing",
            "'北京' is LOC 21, unlabelled 1 (p = 0.048): at 11: ...们说过今年要在本月去【北京】开会",
        )
    ]
    assert found(*[BEIJING] * 20, other) == []


def test_a_stray_label_and_its_examples() -> None:
    stray = [sentence("在北京", (1, 3, "LOC"), line=line) for line in range(5, 9)]
    elsewhere = Sentence("北京", (Entity(0, 2, "ORG", "北京"),), "b.txt", 3)
    [(line, kind, message)] = found(stray[0], elsewhere, *stray[1:], *[sentence("去北京")] * 60)
    assert (line, kind) == (5, "surface with a stray label")
    assert message == (
        "'北京' is LOC 4, ORG 1, unlabelled 60 (p = 0.0058): "
        "at 1: 在【北京】; line 6 at 1: 在【北京】; line 7 at 1: 在【北京】"
    )
    [(_, _, message)] = found(stray[0], elsewhere, *[sentence("去北京")] * 60)
    assert message.endswith(": at 1: 在【北京】; b.txt:3 at 0: 【北京】")


def test_two_types() -> None:
    odd = Sentence("北京", (Entity(0, 2, "ORG", "北京"),), "b.txt", 3)
    [finding] = inconsistent_labels([*[BEIJING] * 30, odd])
    assert str(finding) == "b.txt:3: '北京' is LOC 30, ORG 1 (p = 0.0087): at 0: 【北京】"
    assert finding.kind == "surface labelled as two types"
    assert found(*[BEIJING] * 30, *[odd] * 6) == []


def test_the_most_unlikely_comes_first() -> None:
    shanghai = sentence("上海", (0, 2, "LOC"))
    forms = [message[:4] for _, _, message in found(*[BEIJING] * 25, *[shanghai] * 30, sentence("北京，上海"))]
    assert forms == ["'上海'", "'北京'"]


def test_where_a_form_is_cut_out_of_a_word_no_label_is_missing() -> None:
    china = [sentence("去中国", (1, 3, "LOC"))] * 400
    assert found(*china, *[sentence("发展中国家")] * 20) == []
    [(_, _, message)] = found(*china, *[sentence("发展中国家")] * 20, sentence("中国"))
    assert "unlabelled 1 (" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京大学和北京", [("北京大学", 0), ("北京", 5)]),
        ("北京北京", [("北京", 0), ("北京", 2)]),
        ("CREDIT和IT", [("IT", 7)]),
        ("IT2和xIT", []),
        ("ITIT", []),
        ("北", []),
        ("", []),
    ],
)
def test_forms_outside_of_entities(text: str, expected: list[tuple[str, int]]) -> None:
    labelled = [sentence(form, (0, len(form), "X")) for form in ("北京", "北京大学", "IT")]
    other = sentence(text)
    places = [(form, at) for form, _, unlabelled in surfaces([*labelled, other]) for _, at in unlabelled]
    assert sorted(places, key=lambda place: place[1]) == expected


def test_within_entities_no_form_is_unlabelled() -> None:
    nested = sentence("北京大学北京", (0, 4, "ORG"), (0, 2, "LOC"), (2, 3, "X"))
    by_form = {
        form: (labelled.keys(), [at for _, at in unlabelled]) for form, labelled, unlabelled in surfaces([nested])
    }
    assert by_form == {"北京大学": ({"ORG"}, []), "北京": ({"LOC"}, [4])}


def test_where_a_character_is_unknown_no_label_is_missing() -> None:
    other = sentence("他们说过今年要在本月去北京开会", line=9)
    assert len(found(*[BEIJING] * 21, other)) == 1
    assert found(*[BEIJING] * 21, replace(other, unknown=((12, 13),))) == []
