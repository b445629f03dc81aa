from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Entity
from ner.data.schemes import (
    BILOU,
    BIO,
    BIOES,
    BMES,
    IO,
    IOB1,
    SCHEMES,
    Scheme,
    chunks,
    compatible,
    detect,
    entities_to_tags,
    is_legal,
    is_tag,
    labels,
    split_tag,
    tags_to_entities,
)

all_schemes = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


def transitions(*sequences: str) -> set[tuple[str | None, str | None]]:
    """The transitions of sequences of tags written with spaces between."""
    return {pair for tags in sequences for pair in pairwise((None, *tags.split(), None))}


def entity_sets(length: int, types: list[str], start: int = 0) -> list[list[Entity]]:
    """Every set of entities in a text of `length` characters."""
    if start >= length:
        return [[]]
    found = entity_sets(length, types, start + 1)
    for end, type_ in product(range(start + 1, length + 1), types):
        entity = Entity(start, end, type_, "x" * (end - start))
        found = found + [[entity, *rest] for rest in entity_sets(length, types, end)]
    return found


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    text = draw(st.text(alphabet="中国a \u3000\u2028𠀀", max_size=12))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)))))
    types = st.sampled_from(["PER", "地名", "a-b", ""])
    spans = [(start, end, draw(types)) for start, end in pairwise(cuts)]
    return text, [Entity(start, end, type_, text[start:end]) for start, end, type_ in spans if type_]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (BIO, ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]),
        (IO, ["O", "I-LOC", "I-PER"]),
        (IOB1, ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]),
        (BIOES, ["O", "B-LOC", "I-LOC", "E-LOC", "S-LOC", "B-PER", "I-PER", "E-PER", "S-PER"]),
        (BMES, ["O", "B-LOC", "M-LOC", "E-LOC", "S-LOC", "B-PER", "M-PER", "E-PER", "S-PER"]),
        (BILOU, ["O", "B-LOC", "I-LOC", "L-LOC", "U-LOC", "B-PER", "I-PER", "L-PER", "U-PER"]),
    ],
)
def test_labels_are_in_the_order_of_the_types(scheme: Scheme, expected: list[str]) -> None:
    assert labels(scheme, ["LOC", "PER"]) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("O", ("O", "")), ("B-PER", ("B", "PER")), ("I-地-名", ("I", "地-名")), ("PER", ("PER", ""))],
)
def test_a_tag_is_split_at_its_first_hyphen(tag: str, expected: tuple[str, str]) -> None:
    assert split_tag(tag) == expected


def test_known_tags() -> None:
    assert all(map(is_tag, ["O", "B-PER", "U-地名", "E-a-b"]))
    assert not any(map(is_tag, ["", "o", "B", "B-", "b-PER", "Q-PER", "O-PER", "PER-B", "-PER"]))


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (BIO, "B-A I-A B-A O B-B B-B I-B I-B"),
        (IO, "I-A I-A I-A O I-B I-B I-B I-B"),
        (IOB1, "I-A I-A B-A O I-B B-B I-B I-B"),
        (BIOES, "B-A E-A S-A O S-B B-B I-B E-B"),
        (BMES, "B-A E-A S-A O S-B B-B M-B E-B"),
        (BILOU, "B-A L-A U-A O U-B B-B I-B L-B"),
    ],
)
def test_tags_of_adjacent_entities(scheme: Scheme, expected: str) -> None:
    spans = [(5, 8, "B"), (0, 2, "A"), (2, 3, "A"), (4, 5, "B")]  # in any order
    entities = [Entity(start, end, type_, "x" * (end - start)) for start, end, type_ in spans]
    assert entities_to_tags(entities, 8, scheme) == expected.split()


@all_schemes
@given(data=texts(), choose=st.data())
def test_what_is_unknown_is_read_as_outside(
    scheme: Scheme, data: tuple[str, list[Entity]], choose: st.DataObject
) -> None:
    text, entities = data
    tags = entities_to_tags(entities, len(text), scheme)
    outside = [at for at, tag in enumerate(tags) if tag == "O"]
    unknown = sorted(choose.draw(st.sets(st.sampled_from(outside)))) if outside else []
    partial = entities_to_tags(entities, len(text), scheme, [(at, at + 1) for at in unknown])
    assert partial == ["?" if at in unknown else tag for at, tag in enumerate(tags)]
    assert all(map(is_tag, partial))
    assert chunks(partial) == chunks(tags)
    assert detect(pairwise((None, *partial, None))) == detect(pairwise((None, *tags, None)))


def test_an_entity_does_not_go_on_over_what_is_unknown() -> None:
    assert chunks(["B-PER", "?", "I-PER"]) == [(0, 1, "PER"), (2, 3, "PER")]
    assert not is_legal(BIO, "?", "I-PER")
    assert not is_legal(BIOES, "B-PER", "?")
    assert is_legal(BIOES, "E-PER", "?")


@pytest.mark.parametrize("span", [(0, 1), (2, 4), (3, 3), (-1, 1), (2, 6)])
def test_unknown_spans_beyond_the_text_or_in_entities_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"expected unknown parts within 0 to 5, outside entities, got \("):
        entities_to_tags([Entity(0, 3, "PER", "xxx")], 5, BIO, [span])


@pytest.mark.parametrize("span", [(0, 4), (-1, 1), (2, 2), (2, 1)])
def test_entities_beyond_the_text_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected an entity within 0 to 3, got Entity"):
        entities_to_tags([Entity(*span, "A", "x")], 3, BIO)


def test_overlapping_entities_are_refused() -> None:
    with pytest.raises(ValueError, match="expected entities that don't overlap"):
        entities_to_tags([Entity(0, 2, "A", "xx"), Entity(1, 3, "B", "xx")], 3, BIO)


@all_schemes
@given(data=texts())
def test_entities_survive_the_way_through_tags(scheme: Scheme, data: tuple[str, list[Entity]]) -> None:
    text, entities = data
    if scheme == IO:  # which joins neighbours of one type
        pairs = pairwise(entities)
        entities = entities if all((a.end, a.label) != (b.start, b.label) for a, b in pairs) else []
    tags = entities_to_tags(entities, len(text), scheme)
    assert tags_to_entities(tags, text, scheme) == (entities, 0)
    assert set(tags) <= set(labels(scheme, ["PER", "地名", "a-b"]))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("", []),
        ("O O", []),
        ("I-A I-A O", [(0, 2, "A")]),
        ("O M-A E-A", [(1, 3, "A")]),
        ("B-A I-B O", [(0, 1, "A"), (1, 2, "B")]),
        ("B-A E-A E-A", [(0, 2, "A"), (2, 3, "A")]),
        ("B-A E-A I-A", [(0, 2, "A"), (2, 3, "A")]),
        ("S-A I-A", [(0, 1, "A"), (1, 2, "A")]),
        ("U-A L-A", [(0, 1, "A"), (1, 2, "A")]),
        ("B-A B-A S-A", [(0, 1, "A"), (1, 2, "A"), (2, 3, "A")]),
        ("B-A M-A", [(0, 2, "A")]),
        ("B-A E-B E-B", [(0, 1, "A"), (1, 2, "B"), (2, 3, "B")]),
        ("E-A", [(0, 1, "A")]),
        ("I-A O I-A", [(0, 1, "A"), (2, 3, "A")]),
    ],
)
def test_any_sequence_of_tags_is_read(tags: str, expected: list[tuple[int, int, str]]) -> None:
    assert chunks(tags.split()) == expected


@pytest.mark.parametrize(
    ("scheme", "tags", "repairs"),
    [
        (BIO, "B-A I-A O", 0),
        (BIO, "I-A I-A O", 1),
        (BIO, "O I-A B-B I-A", 2),
        (IOB1, "O B-A", 1),
        (BMES, "B-A O M-A", 3),
        (BMES, "B-A", 1),
        (IO, "I-A I-B O I-A", 0),
        (BIO, "O E-A O", 2),
    ],
)
def test_repairs_are_the_illegal_transitions(scheme: Scheme, tags: str, repairs: int) -> None:
    sequence = tags.split()
    assert tags_to_entities(sequence, "x" * len(sequence), scheme)[1] == repairs


def test_as_many_tags_as_characters_are_expected() -> None:
    with pytest.raises(ValueError, match="expected one tag for each of 2 characters, got 1 tags"):
        tags_to_entities(["O"], "ab", BIO)


@all_schemes
@pytest.mark.parametrize("length", range(5))
def test_legal_sequences_are_exactly_those_of_some_entities(scheme: Scheme, length: int) -> None:
    types = ["A", "B"]
    reachable = {tuple(entities_to_tags(some, length, scheme)) for some in entity_sets(length, types)}
    legal = {
        tags
        for tags in product(labels(scheme, types), repeat=length)
        if all(is_legal(scheme, *pair) for pair in pairwise((None, *tags, None)))
    }
    assert legal == reachable


def test_prefixes_of_another_scheme_are_not_legal() -> None:
    assert not is_legal(BIO, "B-A", "E-A")
    assert not is_legal(BIO, "S-A", "O")
    assert not is_legal(BMES, "O", "U-A")


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [
        (["O O"], BIO),
        ([], BIO),
        (["B-A O B-A"], BIO),
        (["B-A I-A O", "O B-B I-B"], BIO),
        (["I-A I-A O I-B"], IO),
        (["I-A I-A B-A O"], IOB1),
        (["I-A I-A B-A O B-A"], BIO),  # a B after O decides for BIO, with a fault in it
        (["B-A I-A E-A S-A"], BIOES),
        (["S-A O S-B"], BIOES),
        (["B-A E-A O"], BIOES),
        (["B-A I-A O S-A"], BIOES),
        (["B-A M-A E-A S-A"], BMES),
        (["O M-A O"], BMES),
        (["B-A I-A L-A U-A"], BILOU),
        (["U-A O"], BILOU),
    ],
)
def test_the_scheme_is_told_by_the_tags(sequences: list[str], expected: Scheme) -> None:
    assert detect(transitions(*sequences)) == expected


def test_mixed_schemes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected the prefixes of one scheme, got B, I, M"):
        detect(transitions("B-A I-A O", "B-A M-A"))


def test_compatible_schemes() -> None:
    assert compatible("BIO") == [BIO, IOB1, BIOES, BILOU]
    assert compatible("IM") == []


@pytest.mark.parametrize("scheme", [BIO, BIOES, BMES, BILOU], ids=lambda scheme: scheme.name)
@given(data=texts())
def test_the_scheme_of_written_tags_is_found_again(scheme: Scheme, data: tuple[str, list[Entity]]) -> None:
    text, entities = data
    every_role = [Entity(0, 3, "A", "xxx"), Entity(3, 4, "A", "x")]
    written = [entities_to_tags(entities, len(text), scheme), entities_to_tags(every_role, 4, scheme)]
    assert detect(transitions(*map(" ".join, written))) == scheme
