from ner.checking.sentence_findings import describe, in_context, quote
from ner.data.entities import Entity, Sentence


def test_long_text_loses_its_middle() -> None:
    assert quote("长" * 40) == f"'{'长' * 40}'"
    assert quote("头" * 21 + "尾" * 20) == f"'{'头' * 20}...{'尾' * 20}'"


def test_an_entity_is_named_with_its_type_and_offsets() -> None:
    assert describe(Entity(3, 5, "LOC", "北京")) == "'北京' (LOC, 3 to 5)"


def test_a_span_is_shown_in_its_context() -> None:
    text = "零一二三四五六七八九十百千万"
    sentence = Sentence(text)
    assert in_context(sentence, 0, 2) == "【零一】二三四五六七八九十百..."
    assert in_context(sentence, 10, 14) == "零一二三四五六七八九【十百千万】"
    assert in_context(sentence, 11, 14) == "...一二三四五六七八九十【百千万】"
    assert in_context(Sentence(text * 3), 0, 42) == f"【{text[:10]}...{text[4:]}】"
