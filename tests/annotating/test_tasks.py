"""What the person begins with, and what becomes of the labels."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.annotating.tasks import Task, span_of
from ner.data.entities import Entity
from tests.annotating.conftest import task

TEXT = "王小明在北京大学看书"
PERSON, PLACE, SCHOOL = (0, 3, "PER"), (4, 6, "LOC"), (4, 8, "ORG")


def test_the_start_is_what_all_readings_have() -> None:
    one, other = (
        task(TEXT, ("王小明", "PER", 0.9), ("北京", "LOC", 1)),
        task(TEXT, ("王小明", "PER", 1), ("北京大学", "ORG", 1)),
    )
    both = {"A": one.readings["proposed"], "B": other.readings["proposed"]}
    assert [*map(span_of, one.start)] == [PERSON, PLACE]
    assert [*map(span_of, Task(TEXT, readings=both).start)] == [PERSON]
    assert Task(TEXT).start == []


def test_a_whole_text_is_known() -> None:
    sentence = Task(TEXT, "news").sentence([SCHOOL, PERSON])
    assert [*map(span_of, sentence.entities)] == [PERSON, SCHOOL]
    assert (sentence.unknown, sentence.document) == ((), "news")


@pytest.mark.parametrize(
    ("spans", "kept", "unknown"),
    [
        ([PERSON, PLACE], [PLACE], ((0, 4), (8, 10))),
        ([PERSON, SCHOOL], [SCHOOL], ((0, 4), (8, 10))),
        ([PERSON], [], ((0, 4), (8, 10))),
        ([PLACE], [PLACE], ((3, 4), (8, 10))),  # what the person removed is known too
        ([PERSON, (3, 9, "ORG")], [(3, 9, "ORG")], ((0, 3), (9, 10))),
    ],
)
def test_what_is_not_asked_stays_unknown(spans: list, kept: list, unknown: tuple) -> None:  # type: ignore[type-arg]
    asked = task(TEXT, ("王小明", "PER", 0.99), ("北京", "LOC", 0.5), asked=((4, 8),))
    sentence = asked.sentence(spans)
    assert ([*map(span_of, sentence.entities)], sentence.unknown) == (kept, unknown)


def test_the_rest_may_be_known() -> None:
    asked = task(TEXT, ("王小明", "PER", 1), asked=((4, 8),), rest_is_known=True)
    sentence = asked.sentence([PERSON, SCHOOL])
    assert ([*map(span_of, sentence.entities)], sentence.unknown) == ([PERSON, SCHOOL], ())


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9), st.none() | st.floats(0, 1))), st.booleans())
def test_stored_and_read_again(spans: list[tuple[int, int, float | None]], known: bool) -> None:
    found = tuple(Entity(start, end, "PER", TEXT[start:end], score) for start, end, score in spans)
    before = Task(TEXT, "d", {"proposed": found, "B": ()}, ((1, 2),) if known else None, known)
    assert Task.from_dict(TEXT, "d", json.loads(json.dumps(before.to_dict()))) == before
