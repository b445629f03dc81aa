import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.substitutes import flat_entities, nested_entities

SPANS = st.lists(st.tuples(st.integers(0, 14), st.integers(1, 8), st.sampled_from("XY")), max_size=12, unique=True)


def sentence(spans: list[tuple[int, int, str]]) -> Sentence:
    """A text of digits with entities by start, length and label."""
    text = "0123456789" * (1 + max((start + length for start, length, _ in spans), default=0) // 10)
    found = [Entity(start, start + length, label, text[start : start + length]) for start, length, label in spans]
    return Sentence(text, tuple(sorted(found, key=lambda e: (e.start, -e.end))), "a.txt", 1)


def crosses(one: Entity, other: Entity) -> bool:
    return one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end


def named(entity: Entity) -> str:
    return f"{entity.text!r} ({entity.label}, {entity.start} to {entity.end})"


@given(SPANS)
def test_flat_entities_and_a_finding_for_each_other_one(spans: list[tuple[int, int, str]]) -> None:
    whole, losses = sentence(spans), list[Finding]()
    kept = flat_entities(whole, losses)
    assert kept == drop_overlaps(whole.entities)
    others = [
        (one, next(other for other in kept if one.start < other.end and other.start < one.end))
        for one in whole.entities
        if one not in kept
    ]
    assert losses == [
        Finding("a.txt", 1, FindingKind.OVERLAPPING_ENTITY_LEFT_OUT, f"{named(one)} overlaps {named(other)}")
        for one, other in others
    ]


@given(SPANS)
def test_nested_entities_as_by_comparing_all_with_all(spans: list[tuple[int, int, str]]) -> None:
    whole, losses = sentence(spans), list[Finding]()
    expected: list[Entity] = []
    left_out: dict[str, list[str]] = {}
    for one in sorted(whole.entities, key=lambda e: (e.start - e.end, e.start)):
        if crossed := [other for other in expected if crosses(one, other)]:
            left_out[named(one)] = [f"{named(one)} crosses {named(other)}" for other in crossed]
        else:
            expected.append(one)
    assert nested_entities(whole, losses) == sorted(expected, key=lambda e: (e.start, -e.end))
    assert [loss.kind for loss in losses] == [FindingKind.CROSSING_ENTITY_LEFT_OUT] * len(left_out)
    assert all(loss.message in messages for loss, messages in zip(losses, left_out.values(), strict=True))


@pytest.mark.parametrize(("write", "kept"), [(flat_entities, 20_000), (nested_entities, 30_000)])
def test_a_long_text_with_many_nested_entities(write: object, kept: int) -> None:
    whole = sentence([(at, 3, "X") for at in range(0, 60_000, 3)] + [(at, 2, "Y") for at in range(0, 60_000, 6)])
    began = time.process_time()
    assert callable(write)
    assert len(write(whole, [])) == kept
    assert time.process_time() - began < 5  # comparing all with all takes a minute and more
