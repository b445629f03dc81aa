import time
from dataclasses import replace

import pytest

from ner.checking.odd_entities import (
    long_entities,
    odd_spans,
    overlapping_entities,
    scarce_types,
    train_without_outside,
    types_with_one_name,
    unlabelled_splits,
    unscorable_splits,
)
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence


def sentence(text: str, *spans: tuple[int, int, str], line: int = 1) -> Sentence:
    entities = tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans)
    return Sentence(text, entities, "a.txt", line)


def kinds(surface: str) -> list[str]:
    return [finding.kind for finding in odd_spans([sentence(surface, (0, len(surface), "X"))])]


@pytest.mark.parametrize("surface", [" 北京", "北京\u3000", " ", "\t北京 "])
def test_white_space_at_an_edge(surface: str) -> None:
    assert kinds(surface) == ["white space at an entity's edge"]


@pytest.mark.parametrize(
    "surface",
    ["，北京", "北京。", "《红楼梦", "红楼梦》", "（中国", "”中国“", "北京.", "“", "，", "-1", "王·", ".", "!"],
)
def test_punctuation_at_an_edge(surface: str) -> None:
    assert kinds(surface) == ["punctuation at an entity's edge"]


@pytest.mark.parametrize(
    "surface",
    [
        "北京",
        "《红楼梦》",
        "“神舟”飞船",
        "外交部（北京）",
        "'北京'",
        "阿卜杜拉·阿齐兹",
        "Apple Inc.",
        "50%",
        "#春晚#",
        "@小明",
        "C++",
        "《怎么办？》一书",
        "Yahoo!",
        "Yahoo!奇摩",
    ],
)
def test_marks_that_belong(surface: str) -> None:
    assert kinds(surface) == []


def test_edges_are_shown_in_context() -> None:
    text = "他昨天上午九点多从老家坐车来到，北京。才住下"
    [finding] = odd_spans([sentence(text, (15, 19, "LOC"), line=7)])
    assert str(finding) == (
        "a.txt:7: '，北京。' (LOC, 15 to 19) begins and ends with punctuation: "
        "...九点多从老家坐车来到【，北京。】才住下"
    )


@pytest.mark.parametrize(
    ("surface", "odd"), [("北京。上海", True), ("甲\n乙", True), ("《谁？》和谁？谁", True), ("《谁？谁》", False)]
)
def test_a_sentence_that_ends_inside(surface: str, odd: bool) -> None:
    assert kinds(surface) == ["sentence end inside an entity"] * odd


def lengths(*sizes: int, character: str = "长") -> list[int]:
    sentences = [sentence(character * size, (0, size, "ORG")) for size in sizes]
    return [len(finding.sentence.text) for finding in long_entities(sentences)]  # type: ignore[attr-defined]


def test_long_entities() -> None:
    assert lengths(*[4] * 9, 21, 20, 30) == [30, 21]
    assert lengths(*[10, 20] * 9, 50, 51) == [51]
    assert lengths(*[4] * 9, 41, 40, character="a") == [41]
    assert lengths() == []


def test_a_long_entity_is_compared_with_its_type() -> None:
    one = sentence("长" * 30, (0, 30, "ORG"))
    others = [sentence("长" * 30, (0, 30, "LAW")) for _ in range(3)]
    [finding] = long_entities([one, *others, *[sentence("短", (0, 1, "ORG"))] * 5])
    assert finding.message == f"'{'长' * 30}' (ORG, 0 to 30) has 30 characters; half of all ORG have at most 1"


def test_overlapping_entities() -> None:
    found = overlapping_entities(
        [sentence("北京大学在北京", (0, 2, "LOC"), (0, 4, "ORG"), (5, 7, "LOC")), sentence("北京", (0, 2, "LOC"))]
    )
    assert [str(finding) for finding in found] == ["a.txt:1: '北京' (LOC, 0 to 2) overlaps '北京大学' (ORG, 0 to 4)"]


def test_scarce_types() -> None:
    train = [sentence("甲乙", (0, 1, "LOC"), line=line) for line in range(1, 21)]
    train += [sentence("甲乙", (0, 1, "PER"), line=line) for line in range(21, 40)]
    test = [sentence("甲乙", (0, 1, "PER"), (1, 2, "LAW"), line=5)]
    splits = {"train": Split("a.txt", train), "test": Split("a.txt", test)}
    assert [str(finding) for finding in scarce_types(splits)] == [
        "a.txt:21: type PER has 19 in train; expected 20 or more",
        "a.txt:5: type LAW has 1 in test and none in train",
    ]
    assert scarce_types({"test": splits["test"]}) == []


def test_scarce_types_of_a_single_file() -> None:
    [finding] = scarce_types({"train": Split("a.txt", [sentence("甲乙", (0, 1, "LOC"))])})
    assert str(finding) == "a.txt:1: type LOC has 1 in the file; expected 20 or more"


def test_splits_without_entities() -> None:
    splits = {
        "train": Split("a.txt", [sentence("甲乙", (0, 1, "LOC")), sentence("甲")]),
        "dev": Split("b.txt", [sentence("甲")] * 1200),
        "test": Split("c.txt", []),
    }
    assert [str(finding) for finding in unlabelled_splits(splits)] == ["b.txt: no entities; sentences: 1,200"]


def test_many_overlapping_entities_in_one_text() -> None:
    spans = [(at, at + 3, "X") for at in range(0, 60_000, 3)] + [(at, at + 2, "X") for at in range(0, 60_000, 6)]
    began = time.process_time()
    assert len(overlapping_entities([sentence("字" * 60_000, *spans)])) == 10_000
    assert time.process_time() - began < 5  # comparing all with all takes a minute and more


def test_unknown_tags_outside_train() -> None:
    partial = Sentence("甲乙", (), "a.txt", 3, unknown=((0, 2),))
    whole = sentence("甲乙", (0, 1, "LOC"))
    splits = {
        "train": Split("t", [partial]),
        "dev": Split("a.txt", [whole, partial, partial]),
        "test": Split("b", [whole]),
    }
    assert [(finding.kind, str(finding)) for finding in unscorable_splits(splits)] == [
        ("unknown tags outside train", "a.txt:3: characters with the tag ? in dev: 4; sentences: 2")
    ]
    assert unscorable_splits({"train": splits["train"]}) == []


def test_train_needs_something_outside_of_entities() -> None:
    whole = sentence("王明", (0, 2, "PER"))
    partial = Sentence("王明来了", whole.entities, "a.txt", 1, unknown=((2, 4),))
    with_o = replace(partial, unknown=((2, 3),))
    for sentences, expected in (
        ([whole, partial], ["a.txt: no character with the tag O in train; in entities: 4"]),
        ([whole, with_o], []),
        ([Sentence("来了", unknown=((0, 2),))], []),
    ):
        split = Split("a.txt", sentences)
        assert [str(finding) for finding in train_without_outside({"train": split})] == expected
        assert train_without_outside({"dev": split}) == []


def test_types_that_differ_only_in_case_or_width() -> None:
    usual = sentence("王明李", (0, 1, "PER"), (1, 2, "PER"), (2, 3, "LOC"), line=1)
    odd = sentence("王明", (0, 1, "per"), (1, 2, "ＰＥＲ"), line=2)
    splits = {"train": Split("a.txt", [usual]), "dev": Split("a.txt", [odd])}
    assert sorted(map(str, types_with_one_name(splits))) == [
        "a.txt:2: type per (1) and type PER (2)",
        "a.txt:2: type ＰＥＲ (1) and type PER (2)",
    ]
    assert types_with_one_name({"train": Split("a.txt", [usual])}) == []
