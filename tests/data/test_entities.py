import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Entity, Sentence, drop_overlaps, pair_overlaps
from ner.errors import InputError


def entity(start: int, end: int, label: str = "X") -> Entity:
    return Entity(start, end, label, "字" * (end - start))


ENTITIES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from("XY")).map(
        lambda drawn: entity(drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=12,
)


def overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def test_the_longest_are_kept() -> None:
    inner, outer, behind = entity(0, 2), entity(0, 4), entity(4, 5)
    assert drop_overlaps([behind, inner, outer]) == [outer, behind]
    assert [*pair_overlaps([behind, inner, outer], [outer, behind])] == [(inner, outer)]


@given(ENTITIES)
def test_as_by_comparing_all_with_all(entities: list[Entity]) -> None:
    kept: list[Entity] = []
    for one in sorted(entities, key=lambda e: (e.start - e.end, e.start)):
        if not any(overlap(one, other) for other in kept):
            kept.append(one)
    kept.sort(key=lambda e: e.start)
    assert [(e.start, e.end) for e in drop_overlaps(entities)] == [(e.start, e.end) for e in kept]


@given(ENTITIES)
def test_each_other_entity_has_the_first_that_it_overlaps(entities: list[Entity]) -> None:
    kept = drop_overlaps(entities)
    assert [*pair_overlaps(entities, kept)] == [
        (one, next(other for other in kept if overlap(one, other))) for one in entities if one not in kept
    ]


def test_a_long_text_with_many_entities() -> None:
    entities = [entity(at, at + 3) for at in range(0, 60_000, 3)] + [entity(at, at + 2) for at in range(0, 60_000, 6)]
    began = time.process_time()
    kept = drop_overlaps(entities)
    assert (len(kept), len([*pair_overlaps(entities, kept)])) == (20_000, 10_000)
    assert time.process_time() - began < 5  # comparing all with all takes a minute and more


def test_an_entity_as_a_dict_is_json_and_an_entity_again() -> None:
    plain = Entity(0, 2, "PER", "张伟")
    scored = Entity(3, 5, "LOC", "上海", score=0.5, source="rule", id="7")
    assert plain.to_dict() == {"start": 0, "end": 2, "label": "PER", "text": "张伟"}
    assert json.loads(json.dumps(scored.to_dict())) == {
        **{"start": 3, "end": 5, "label": "LOC", "text": "上海"},
        **{"score": 0.5, "source": "rule", "id": "7"},
    }
    assert Sentence("张伟在上海", [plain.to_dict()]).entities == (plain,)


def test_tags_of_entities_are_read_again() -> None:
    sentence = Sentence("张伟去上海市看看", [(0, 2, "PER"), (3, 6, "LOC"), (3, 5, "LOC")], unknown=((6, 8),))
    assert sentence.to_tags("BMES") == ["B-PER", "E-PER", "O", "B-LOC", "M-LOC", "E-LOC", "?", "?"]
    for scheme in ("BIO", "IO", "IOB1", "BIOES", "BMES", "BILOU"):
        again = Sentence.from_tags(sentence.text, sentence.to_tags(scheme))
        assert (again.entities, again.unknown) == (tuple(drop_overlaps(sentence.entities)), sentence.unknown)
    with pytest.raises(InputError, match="expected `scheme` to be one of BIO, "):
        sentence.to_tags("BIOE")


def test_a_sentence_becomes_a_doc_of_spacy() -> None:
    vocab = pytest.importorskip("spacy.vocab").Vocab()
    doc = Sentence("王小明在上海。", [(0, 3, "PER"), (4, 6, "LOC")], document="news").to_spacy(vocab)
    assert doc.vocab is vocab
    assert (doc.text, len(doc)) == ("王小明在上海。", 7)
    assert [(span.text, span.label_, span.start_char) for span in doc.ents] == [
        ("王小明", "PER", 0),
        ("上海", "LOC", 4),
    ]
