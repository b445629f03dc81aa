from dataclasses import replace
from typing import Any

import pytest

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.merging import merge, merge_sentences
from ner.errors import InputError


def split_of(path: str, *texts: str) -> Split:
    """A split of texts such as "北京/LOC 很大", in which words with a type are entities."""
    sentences = []
    for line, annotated in enumerate(texts, 1):
        text, entities = "", []
        for word in annotated.split(" "):
            word, _, label = word.partition("/")
            if label:
                entities.append(Entity(len(text), len(text) + len(word), label, word))
            text += word
        sentences.append(Sentence(text, tuple(entities), path, line))
    return Split(path, sentences)


def annotated(sentences: list[Sentence]) -> list[str]:
    return [" ".join([s.text, *(f"{e.text}/{e.label}" for e in s.entities)]) for s in sentences]


def test_types_are_mapped_and_dropped() -> None:
    first = split_of("a.txt", "张三/PERSON 去 北京/GPE", "三月/DATE 来")
    second = split_of("b.txt", "上海/地名 好")
    mapping = {"PERSON": "PER", "GPE": "LOC", "地名": "LOC", "DATE": None}
    sentences, findings = merge([first, second], mapping)
    assert annotated(sentences) == ["张三去北京 张三/PER 北京/LOC", "三月来", "上海好 上海/LOC"]
    assert [(s.path, s.line) for s in sentences] == [("a.txt", 1), ("a.txt", 2), ("b.txt", 1)]
    assert findings == []


def test_types_can_change_places() -> None:
    sentences, _ = merge([split_of("a.txt", "甲/A 乙/B")], {"A": "B", "B": "A"})
    assert annotated(sentences) == ["甲乙 甲/B 乙/A"]


def test_two_types_of_one_span_become_one_entity() -> None:
    nested = Sentence("北京", (Entity(0, 2, "GPE", "北京"), Entity(0, 2, "CITY", "北京")))
    ((merged,), _) = merge([Split("a.txt", [nested])], {"GPE": "LOC", "CITY": "LOC"})
    assert merged.entities == (Entity(0, 2, "LOC", "北京"),)


def test_types_that_the_table_lacks_are_kept_and_told_once() -> None:
    first = split_of("a.txt", "张三/PERSON", "李四/PER 王五/PER")
    second = split_of("b.txt", "赵六/PER 上海/LOC")
    sentences, findings = merge([first, second], {"PERSON": "PER"})
    assert annotated(sentences) == ["张三 张三/PER", "李四王五 李四/PER 王五/PER", "赵六上海 赵六/PER 上海/LOC"]
    assert [str(finding) for finding in findings] == [
        "a.txt:2: type PER is not in the table and was kept; this is the first of 3",
        "b.txt:1: type LOC is not in the table and was kept; this is the first of 1",
    ]
    assert merge([first, second], {})[1] == []


def test_repeated_sentences_are_kept_once() -> None:
    first = split_of("a.txt", "北京/GPE 好", "来", "来")
    second = split_of("b.txt", "来", "北京/LOC 好", "去")
    third = split_of("c.txt", "去", "好", "好")
    sentences, findings = merge([first, second, third], {"GPE": "LOC", "LOC": "LOC"})
    assert annotated(sentences) == ["北京好 北京/LOC", "来", "来", "去", "好", "好"]
    assert [str(finding) for finding in findings] == [
        "b.txt: 2 sentences left out, which an earlier source has with the same entities; the first is b.txt:1",
        "c.txt: 1 sentence left out, which an earlier source has with the same entities; the first is c.txt:1",
    ]


def test_conflicting_sentences_are_kept_and_told() -> None:
    first = split_of("a.txt", "来", "北京/LOC 大学 好")
    second = split_of("b.txt", "北京大学/ORG 好", "来/V", "北京大学/ORG 好")
    third = split_of("c.txt", "北京大学/ORG 好")
    sentences, findings = merge([first, second, third], {})
    assert len(sentences) == 5
    assert [str(finding) for finding in findings] == [
        "b.txt:1: a.txt:2 has the same text with other entities, and both were kept: "
        "北京大学 (ORG) here, 北京 (LOC) there",
        "b.txt:2: a.txt:1 has the same text with other entities, and both were kept: 来 (V) here, none there",
        "b.txt:3: a.txt:2 has the same text with other entities, and both were kept: "
        "北京大学 (ORG) here, 北京 (LOC) there",
        "c.txt: 1 sentence left out, which an earlier source has with the same entities; the first is c.txt:1",
    ]


def test_what_is_unknown_makes_a_sentence_another() -> None:
    one, other, third = split_of("a", "北京/LOC 很大"), split_of("b", "北京/LOC 很大"), split_of("c", "北京/LOC 很大")
    for split in (other, third):
        split.sentences[0] = replace(split.sentences[0], unknown=((2, 4),))
    sentences, findings = merge([one, other, third], {})
    assert [sentence.unknown for sentence in sentences] == [(), ((2, 4),)]
    assert [str(finding) for finding in findings] == [
        "b:1: a:1 has the same text with other unknown characters, and both were kept",
        "c: 1 sentence left out, which an earlier source has with the same entities; the first is c:1",
    ]


@pytest.mark.parametrize("name", ["", 5, "\ud800", ["P"]])
def test_a_new_name_is_a_text(name: Any) -> None:
    with pytest.raises(InputError, match="expected a new name in `types` to be a text, or None to remove a type, got "):
        merge_sentences([[Sentence("王", [(0, 1, "PER")])]], types={"PER": name})
