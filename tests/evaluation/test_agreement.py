"""Agreement of two labellings: scores counted by hand, and every disagreement."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from ner.data.entities import Sentence
from ner.errors import InputError
from ner.evaluation.agreement import cohens_kappa, compare_annotators

A = [
    Sentence("王小明在北京大学看书。", [(0, 3, "PER"), (4, 8, "ORG")]),
    Sentence("张伟去上海。", [(0, 2, "PER"), (3, 5, "LOC")]),
    Sentence("只有A有。"),
]
B = [
    Sentence("张伟去上海。", [(0, 2, "PER"), (3, 5, "ORG")]),
    Sentence("王小明在北京大学看书。", [(0, 3, "PER"), (4, 6, "LOC"), (8, 10, "ORG")]),
]


def test_scores() -> None:
    found = compare_annotators(A, B)
    assert (len(found.sentences), found.only_a, found.only_b) == (2, 1, 0)
    assert found.f1 == pytest.approx(100 * 2 * 2 / (4 + 5))
    assert found.interval is None
    # 17 characters: A has 5 PER, 4 ORG, 2 LOC, 6 outside; B 5 PER, 4 ORG, 2 LOC, 6 outside; 9 are the same.
    by_chance = (5 * 5 + 4 * 4 + 2 * 2 + 6 * 6) / 17**2
    assert found.kappa == pytest.approx((9 / 17 - by_chance) / (1 - by_chance))
    assert found.per_type.values.tolist() == [
        ["LOC", 1, 1, 0, 0.0, -0.133],
        ["ORG", 1, 2, 0, 0.0, -0.308],
        ["PER", 2, 2, 2, 100.0, 1.0],
    ]


def test_disagreements() -> None:
    found = compare_annotators(A, B).disagreements
    assert [(one.sentence, one.kind, one.span) for one in found] == [
        (0, "boundary", (4, 8)),
        (0, "only B", (8, 10)),
        (1, "type", (3, 5)),
    ]
    (one,) = compare_annotators([Sentence("张伟", [(0, 2, "PER")])], [Sentence("张伟")]).disagreements
    assert (one.kind, one.b) == ("only A", None)


def test_full_agreement_and_nothing_to_agree_on() -> None:
    same = compare_annotators(A * 4, A * 4)
    assert (same.f1, same.kappa, same.kappa_labelled, same.disagreements) == (100, 1, 1, [])
    assert same.interval == (100, 100)
    nothing = compare_annotators(A[2:], A[2:])
    assert (nothing.kappa, nothing.kappa_labelled) == (None, None)
    assert json.loads(json.dumps(nothing.to_dict()))["kappa"] is None


def test_the_same_text_several_times_is_matched_in_order() -> None:
    one, other = Sentence("张伟", [(0, 2, "PER")]), Sentence("张伟", [(0, 2, "LOC")])
    assert compare_annotators([one, other], [one, other, other]).f1 == 100
    assert compare_annotators([one, other], [one, other, other]).only_b == 1


def test_what_one_does_not_know_is_left_out() -> None:
    partial = Sentence("张伟去上海。", [(0, 2, "PER")], unknown=((3, 5),))
    found = compare_annotators([A[1]], [partial])
    assert (found.f1, found.disagreements) == (100, [])
    assert found.kappa == 1
    assert found.tags[0][0] == ["PER", "PER", "", None, None, ""]


def test_nothing_in_common() -> None:
    with pytest.raises(InputError, match="no text in common"):
        compare_annotators(A[:1], B[:1])


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=1))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    found = cohens_kappa(pairs)
    if found is None:
        assert len({name for pair in pairs for name in pair}) == 1
    else:
        assert found == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))
