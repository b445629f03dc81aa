import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Sentence
from ner.data.unknown_spans import (
    Spans,
    clip_spans,
    count_untagged,
    join_spans,
    known_pieces,
    require_known,
    spans_outside,
    unknown_spans,
)
from ner.errors import InputError


def marks(length: int, spans: Spans) -> str:
    """A "?" for each character in the spans, a "." for each other one."""
    return "".join("?" if any(start <= at < end for start, end in spans) else "." for at in range(length))


@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), st.sampled_from(["?", "O", "B-PER"]))))
def test_a_token_carries_its_question_mark_over_its_characters(rows: list[tuple[str, str]]) -> None:
    tokens, tags = [token for token, _ in rows], [tag for _, tag in rows]
    spans = unknown_spans(tags, tokens)
    expected = "".join(("?" if tag == "?" else ".") * len(token) for token, tag in rows)
    assert marks(len(expected), spans) == expected
    assert join_spans(spans) == spans


def test_spans_that_touch_become_one() -> None:
    assert join_spans([(0, 2), (2, 3), (3, 3), (4, 4), (5, 6)]) == ((0, 3), (5, 6))


@given(st.text("?.", max_size=12).flatmap(lambda s: st.tuples(st.just(s), st.integers(0, len(s)), st.integers(0, 12))))
def test_a_piece_has_the_part_that_lies_in_it(case: tuple[str, int, int]) -> None:
    whole, start, length = case
    piece = whole[start : start + length]
    spans = unknown_spans(list(whole), list(whole))
    assert marks(len(piece), clip_spans(spans, start, start + len(piece))) == piece


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))), st.integers(0, 9), st.integers(0, 9))
def test_what_lies_outside(taken: list[tuple[int, int]], start: int, end: int) -> None:
    spans = spans_outside([span for span in taken if span[0] < span[1]], start, end)
    expected = [start <= at < end and not any(first <= at < last for first, last in taken) for at in range(10)]
    assert [any(first <= at < last for first, last in spans) for at in range(10)] == expected
    assert join_spans(spans) == spans


def test_what_lies_between() -> None:
    sentence = Sentence("王小明来了吗", unknown=((0, 1), (3, 5)))
    assert list(known_pieces(sentence)) == ["", "小明", "吗"]
    assert count_untagged(sentence) == 3


def test_the_first_place_and_the_number_are_told() -> None:
    known = Sentence("王", path="dev.txt", line=1)
    require_known([known])
    partial = [
        Sentence("王来", (), "dev.txt", 3, unknown=((0, 1),)),
        Sentence("去", (), "dev.txt", 6, unknown=((0, 1),)),
    ]
    with pytest.raises(
        InputError,
        match=r"^dev\.txt:3: the sentence has characters with the tag \?, 2 in 2 sentences in all; .* label these",
    ):
        require_known([known, *partial])
