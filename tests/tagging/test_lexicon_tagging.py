"""Tagging with a lexicon: the built-in tagger, `fixed`, long texts, batches, new types, sources."""

import pickle
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ner import Entity, FixedSpan, InputError, Lexicon, Tagger
from ner.decoding.tag_decoders import SoftmaxDecoder
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon as LexiconClass
from ner.lexicon.matcher import Matcher

TEXT = "星海湾科技今天在南京市长江大桥发布机器猫九号，林晓东在场。"


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load()


def lexicon(*entries: Entry) -> LexiconClass:
    return Lexicon(entries)


def found(entities: list[Entity]) -> list[tuple[str, str, str | None]]:
    return [(entity.text, entity.label, entity.source) for entity in entities]


@pytest.mark.slow
def test_an_empty_lexicon_changes_nothing_to_the_bit(tagger: Tagger) -> None:
    texts = [TEXT, "", "他在北京大学医院工作。", TEXT * 30]
    without, empty = tagger.tag(texts), tagger.with_lexicon(Lexicon()).tag(texts)
    for one, other in zip(without, empty, strict=True):
        assert [(e.start, e.end, e.label, e.score) for e in one] == [(e.start, e.end, e.label, e.score) for e in other]
    assert {entity.source for entities in empty for entity in entities} == {"model"}
    assert {entity.source for entities in without for entity in entities} == {None}


def test_entities_say_where_they_come_from(tagger: Tagger) -> None:
    listed = tagger.with_lexicon(
        lexicon(
            Entry("星海湾科技", "ORG", id="C17"),
            Entry("长江大桥", "LOC", weight=12.0),
            Entry("机器猫九号", "PRODUCT", weight=20.0, id="P9"),
        )
    )
    assert listed.types == [*tagger.types, "PRODUCT"]
    entities = listed.tag(TEXT)
    assert found(entities) == [
        ("星海湾科技", "ORG", "both"),
        ("南京市", "LOC", "model"),
        ("长江大桥", "LOC", "dictionary"),
        ("机器猫九号", "PRODUCT", "dictionary"),
        ("林晓东", "PER", "model"),
    ]
    assert [entity.id for entity in entities] == ["C17", "", "", "P9", ""]
    assert all(TEXT[e.start : e.end] == e.text for e in entities)
    assert found(listed.with_lexicon(None).tag(TEXT)) == found(tagger.tag(TEXT))


def test_a_part_of_a_term_gets_nothing_and_neither_does_a_longer_entity(tagger: Tagger) -> None:
    """The odds between two readings without the term stay as they are."""
    text = "他在北京大学医院工作。"
    listed = tagger.with_lexicon(lexicon(Entry("北京大学", "ORG", weight=3.0)))
    without = {tuple(found(each.entities)): each.probability for each in tagger.nbest([text], 20)[0]}
    with_list = {tuple(found(each.entities)): each.probability for each in listed.nbest([text], 20)[0]}
    ratios = {
        any(entity[:2] == ("北京大学", "ORG") for entity in reading): with_list[reading] / without[reading]
        for reading in without.keys() & with_list.keys()
    }
    for reading in without.keys() & with_list.keys():
        has = any(entity[:2] == ("北京大学", "ORG") for entity in reading)
        assert with_list[reading] / without[reading] == pytest.approx(ratios[has], rel=1e-6)
    assert ratios[True] / ratios[False] == pytest.approx(2.718281828**3, rel=1e-6)


def test_the_modes(tagger: Tagger) -> None:
    text = "林晓东在北京和上海。"
    assert found(tagger.tag(text)) == [("林晓东", "PER", None), ("北京", "LOC", None), ("上海", "LOC", None)]
    cases = {
        Entry("北京", "LOC", "never"): {("北京", "LOC")},
        Entry("北京", "", "never"): {("北京", "LOC"), ("北京", "ORG"), ("北京", "PER")},
    }
    for entry, excluded in cases.items():
        assert not {each[:2] for each in found(tagger.with_lexicon(lexicon(entry)).tag(text))} & excluded
    forced = tagger.with_lexicon(lexicon(Entry("在北", "PER", "force"))).tag(text)
    assert ("在北", "PER", "dictionary") in found(forced)
    assert {entity.text: entity.score for entity in forced}["在北"] == pytest.approx(1.0)
    only = tagger.with_lexicon(lexicon(Entry("上海", "LOC", "only"))).tag(text)
    assert [each for each in found(only) if each[1] == "LOC"] == [("上海", "LOC", "both")]


def test_each_entity_has_its_probability_without_the_lexicon(tagger: Tagger) -> None:
    text = "他在北京大学医院工作。"
    listed = tagger.with_lexicon(
        lexicon(Entry("北京大学", "ORG", weight=9.0), Entry("工作", "JOB", "force"), Entry("杭州", "LOC"))
    )
    by_reading = {}
    for reading in tagger.nbest([text], 300)[0]:
        for entity in reading.entities:
            span = (entity.start, entity.end, entity.label)
            by_reading[span] = by_reading.get(span, 0.0) + reading.probability
    bank, job = listed.tag(text)
    assert (bank.text, bank.source) == ("北京大学", "dictionary")
    assert bank.model_score == pytest.approx(by_reading[2, 6, "ORG"], abs=1e-3)
    assert bank.score > bank.model_score
    assert (job.text, job.model_score) == ("工作", 0.0)
    untouched = "林晓东在上海。"
    assert [e.model_score for e in listed.tag(untouched)] == [e.score for e in tagger.tag(untouched)]
    assert {e.model_score for e in tagger.tag(text)} == {None}


def test_forced_terms_without_room_are_told(tagger: Tagger) -> None:
    listed = tagger.with_lexicon(
        lexicon(Entry("长江大桥", "LOC", "force", id="B1"), Entry("南京市长江", "LOC", "force"))
    )
    first, second = listed.readings([TEXT, "没有。"])
    assert [(e.start, e.end, e.label, e.text, e.id) for e in first.overruled] == [(11, 15, "LOC", "长江大桥", "B1")]
    assert not second.overruled


def test_several_lexicons_work_together(tagger: Tagger) -> None:
    parts = [lexicon(Entry("机器猫九号", "PRODUCT", "force")), lexicon(Entry("星海湾科技", "ORG", id="C17"))]
    matchers = [Matcher(part, tagger.table) for part in parts]
    both = tagger.with_matchers(matchers)
    assert both.tag(TEXT) == tagger.with_lexicon(parts[0] + parts[1]).tag(TEXT)


def test_fixed_spans_come_before_the_lexicon(tagger: Tagger) -> None:
    listed = tagger.with_lexicon(
        lexicon(Entry("林晓东", "ORG", "force"), Entry("杭州", "", "never"), Entry("在杭", "CODE", weight=30.0))
    )
    text = "林晓东住在杭州。"
    fixed = [FixedSpan(0, 3, "PER"), FixedSpan(5, 7, "LOC")]
    assert found(listed.tag(text, fixed)) == [("林晓东", "PER", "model"), ("杭州", "LOC", "model")]
    assert found(listed.tag(text, [FixedSpan(3, 5, "CODE")]))[1] == ("住在", "CODE", "model")
    assert found(listed.tag(text, [FixedSpan(4, 5, None)]))[0][:2] == ("林晓东", "ORG")
    with pytest.raises(ValueError, match="expected a type of the model"):
        listed.tag(text, [FixedSpan(0, 3, "THING")])
    with pytest.raises(ValueError, match="expected `fixed` to have spans within"):
        listed.tag(text, [FixedSpan(0, 30, "PER")])


def test_a_long_text_and_texts_of_uneven_length(tagger: Tagger) -> None:
    listed = tagger.with_lexicon(lexicon(Entry("长江大桥", "LOC"), Entry("机器猫九号", "PRODUCT", "force")))
    sentence = TEXT + "😀\r\n"
    texts = [sentence * 40, TEXT, "", "没有。", sentence]
    of_texts = listed.tag(texts)
    for text, entities in zip(texts, of_texts, strict=True):
        assert all(text[e.start : e.end] == e.text for e in entities)
        assert sum(e.label == "PRODUCT" for e in entities) == text.count("机器猫九号")
    assert found(of_texts[1]) == found(listed.tag(TEXT))


pieces = st.sampled_from(["长江", "大桥", "Ａ1", "林晓东", "在", "。", "😀", "\r\n", "　", "南京市", "\ud7ff"])
terms = st.sampled_from(["长江大桥", "a1", "林晓东在", "在", "江大", "南京市长江", "1林"])
modes = st.sampled_from(["prefer", "force", "never", "only"])
entry = st.tuples(terms, st.sampled_from(["LOC", "PER", "NEW"]), modes).map(lambda values: Entry(*values))
entries = st.lists(entry, max_size=5, unique_by=lambda each: each.term)


@given(text=st.lists(pieces, max_size=8).map("".join), given_entries=entries)
@hypothesis_settings(max_examples=40, deadline=None)
def test_force_is_always_there_never_is_never_and_offsets_point_at_their_text(
    tagger: Tagger, text: str, given_entries: list[Entry]
) -> None:
    listed = tagger.with_lexicon(Lexicon(given_entries))
    entities = listed.tag(text)
    assert all(text[e.start : e.end] == e.text for e in entities)
    assert all(one.end <= other.start for one, other in pairwise(entities))
    assert all(0 <= (e.score or 0) <= 1 for e in entities)
    spans = {(e.start, e.end, e.label) for e in entities}
    folded = listed.table.fold(text)
    hits = list(listed.matchers[0].find(text))
    forced = [hit for hit in hits if hit.entry.mode == "force"]
    for hit in hits:
        assert folded[hit.start : hit.end] == hit.entry.term
        span = (hit.start, hit.end, hit.entry.type)
        if hit.entry.mode == "never":
            assert span not in spans
        if hit.entry.mode == "force":
            rivals = [other for other in forced if other != hit and other.start < hit.end and hit.start < other.end]
            assert rivals or span in spans
    only = {entry.type for entry in given_entries if entry.mode == "only"}
    listed_spans = {(hit.start, hit.end, hit.entry.type) for hit in hits if hit.entry.mode != "never"}
    assert all(span in listed_spans for span in spans if span[2] in only)


def test_a_list_can_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("term,type\n星海湾科技,ORG\n", encoding="utf-8")
    assert ("星海湾科技", "ORG", "both") in found(Tagger.load(lexicon=path).tag(TEXT))


def test_rules_and_a_list_survive_pickling() -> None:
    both = lexicon(Entry("星海湾科技", "ORG", id="C17"))
    both.add_rules("builtin")
    listed = pickle.loads(pickle.dumps(Tagger.load(lexicon=both)))
    text = "星海湾科技的电话是１３８００１３８０００。"
    assert found(listed.tag(text)) == [("星海湾科技", "ORG", "both"), ("１３８００１３８０００", "PHONE", "rule")]


def test_a_softmax_takes_no_lexicon(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger.engine, "decoder", lambda: SoftmaxDecoder(1.0))
    with pytest.raises(InputError, match="a lexicon needs a model with a CRF: train one with `decoder` crf"):
        tagger.with_lexicon(Lexicon())


def test_what_is_no_lexicon(tagger: Tagger) -> None:
    with pytest.raises(InputError, match="expected `lexicon` to be a Lexicon or a file"):
        tagger.with_lexicon(["星海湾"])  # type: ignore[arg-type]
