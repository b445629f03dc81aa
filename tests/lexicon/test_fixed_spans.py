import numpy as np
import pytest

from ner.data.schemes import BIO, BIOES, labels
from ner.lexicon.fixed_spans import FixedSpan, allowed_by_spans


def names(allowed: np.ndarray, scheme_labels: list[str]) -> list[list[str]]:
    return [[label for label, may in zip(scheme_labels, row, strict=True) if may] for row in allowed]


def test_what_is_fixed_has_one_tag_and_the_rest_all() -> None:
    tags = labels(BIOES, ["PER"])
    allowed = allowed_by_spans([FixedSpan(1, 3, "PER"), FixedSpan(4, 5, None)], 6, tags, BIOES)
    assert names(allowed, tags) == [tags, ["B-PER"], ["E-PER"], tags, ["O"], tags]


def test_without_an_end_tag_the_next_character_cannot_go_on() -> None:
    tags = labels(BIO, ["LOC", "PER"])
    allowed = allowed_by_spans([FixedSpan(0, 1, "PER")], 3, tags, BIO)
    assert names(allowed, tags) == [["B-PER"], ["O", "B-LOC", "I-LOC", "B-PER"], tags]
    neighbours = allowed_by_spans([FixedSpan(1, 2, "PER"), FixedSpan(0, 1, "PER"), FixedSpan(2, 3, None)], 3, tags, BIO)
    assert names(neighbours, tags) == [["B-PER"], ["B-PER"], ["O"]]


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ([FixedSpan(0, 1, "ORG")], r"expected a type of the model \(PER\), got 'ORG'"),
        ([FixedSpan(2, 4, "PER")], "within the 3 characters of the text"),
        ([FixedSpan(1, 1, None)], "within the 3 characters of the text"),
        ([FixedSpan(0, 2, None), FixedSpan(1, 3, "PER")], "expected entities that don't overlap"),
    ],
)
def test_what_cannot_be(fixed: list[FixedSpan], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        allowed_by_spans(fixed, 3, labels(BIOES, ["PER"]), BIOES)
