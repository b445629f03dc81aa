import time
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.checking import duplicates
from ner.checking.duplicates import conflicting_labels, shared_sentences
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence


def split(name: str, *texts: str) -> Split:
    return Split(f"{name}.txt", [Sentence(text, path=f"{name}.txt", line=line) for line, text in enumerate(texts, 1)])


def found(**splits: list[str]) -> list[str]:
    return [str(finding) for finding in shared_sentences({name: split(name, *texts) for name, texts in splits.items()})]


def test_the_same_text_in_two_splits() -> None:
    assert found(train=["甲", "中国", "中国"], dev=["乙", "乙"], test=["中国", "乙"]) == [
        "test.txt:1: '中国' is in test, and in train at train.txt:2",
        "test.txt:2: '乙' is in test, and in dev at dev.txt:1",
    ]


def test_texts_with_the_same_letters() -> None:
    assert found(train=["１９９８年ABC在北京。"], test=["2001 年abc，在北京"]) == [
        "test.txt:1: '2001 年abc，在北京' in test is like '１９９８年ABC在北京。' in train at train.txt:1: "
        "equal except for digits, punctuation, space and case"
    ]
    assert len(found(train=["他们在北京。"], test=["他们在北京。", "他们在北京，", "他们在北京！"])) == 3
    assert found(train=["1998年1月"], test=["2001年1月"]) == []
    assert found(train=["1998"], test=["2001"]) == []


def test_similar_texts() -> None:
    assert found(train=["甲乙丙丁戊己庚辛壬癸子丑"], test=["甲乙丙丁戊己庚辛壬癸子寅"]) == [
        "test.txt:1: '甲乙丙丁戊己庚辛壬癸子寅' in test is like "
        "'甲乙丙丁戊己庚辛壬癸子丑' in train at train.txt:1: 82% alike"
    ]
    assert found(train=["哈" * 12], test=["哈" * 13])[0].endswith("train.txt:1: 100% alike")
    assert found(train=["甲乙丙丁戊己庚辛壬癸子丑"], test=["寅乙丙丁戊己庚辛壬癸子寅"]) == []
    assert found(train=["甲乙丙丁戊己庚辛壬癸"], test=["甲乙丙丁戊己庚辛壬"]) == []


def test_the_most_similar_is_named() -> None:
    text = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
    [message] = found(train=[f"{text[:-1]}甲", f"{text}甲", f"{text[:-1]}乙"], test=[text])
    assert message.endswith("train.txt:2: 93% alike")


def test_the_longest_come_first() -> None:
    texts = ["中国", "中国人民站起来了", "中国人民"]
    assert [message.split("'")[1] for message in found(train=texts, test=texts)] == sorted(texts, key=len, reverse=True)


def jaccard(left: str, right: str) -> float:
    a, b = ({text[at : at + 3] for at in range(len(text) - 2)} for text in (left, right))
    return len(a & b) / len(a | b)


TEXTS = st.lists(st.text("甲乙丙丁戊己", min_size=10, max_size=30), min_size=1, max_size=6, unique=True)


@given(TEXTS.flatmap(lambda texts: st.tuples(st.just(texts), st.lists(st.sampled_from(texts), max_size=6))), st.data())
def test_all_similar_texts_are_found(drawn: tuple[list[str], list[str]], data: st.DataObject) -> None:
    train, bases = drawn
    test = []
    for text in bases:
        cut = data.draw(st.integers(0, len(text)))
        test.append(text[:cut] + data.draw(st.sampled_from(["", "甲", "庚辛"])) + text[cut + 1 :])
    expected = {b for a, b in product(train, test) if len(b) > 9 and b not in train and jaccard(a, b) >= 0.8}
    near = shared_sentences({"train": split("train", *train), "test": split("test", *test)})
    assert {f.sentence.text for f in near if f.kind.startswith("near")} == expected  # type: ignore[attr-defined]


def test_texts_made_from_a_template() -> None:
    """Each of them is similar to all, so that only some can be compared."""
    template = "今天天气怎么样，请你告诉我{}这个地方会不会下雨，要不要带伞出门呢"
    names = [f"{chr(0x4E00 + n // 80)}{chr(0x6E00 + n % 80)}" for n in range(6400)]
    train, test = ([template.format(name) for name in part] for part in (names[400:], names[:400]))
    began = time.process_time()
    assert len(found(train=train, test=test)) == 400
    assert time.process_time() - began < 5  # comparing all with all takes twice as long


def test_those_that_share_the_rarest_trigrams_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
    train = [f"{text[:-1]}午", f"{text[:-1]}未", f"{text}申"]

    def degree(sought: str) -> str:
        return found(train=train, test=[sought])[0].rpartition(": ")[2]

    assert (degree(text), degree(f"{text[:-1]}酉")) == ("93% alike", "87% alike")
    monkeypatch.setattr(duplicates, "_MOST_COMPARED", 1)
    assert (degree(text), degree(f"{text[:-1]}酉")) == ("93% alike", "81% alike")


def labelled(line: int, *spans: tuple[int, int, str], text: str = "北京大学") -> Sentence:
    return Sentence(
        text, tuple(Entity(start, end, type_, text[start:end]) for start, end, type_ in spans), "a.txt", line
    )


def test_one_text_labelled_in_two_ways() -> None:
    usual = [labelled(line, (0, 4, "ORG")) for line in (1, 2)]
    assert [str(finding) for finding in conflicting_labels([usual[0], labelled(7, (0, 2, "LOC")), usual[1]])] == [
        "a.txt:7: '北京大学': '北京' (LOC, 0 to 2) here, '北京大学' (ORG, 0 to 4) at a.txt:1 and 1 more"
    ]
    assert [str(finding) for finding in conflicting_labels([usual[0], labelled(7)])] == [
        "a.txt:7: '北京大学': nothing else here, '北京大学' (ORG, 0 to 4) at a.txt:1"
    ]
    assert conflicting_labels([*usual, labelled(3, text="北京")]) == []


def test_of_many_differences_three_are_named() -> None:
    many = labelled(1, *((at, at + 1, "X") for at in range(4)))
    [finding] = conflicting_labels([many, many, labelled(2)])
    assert "'大' (X, 2 to 3) and 1 more at a.txt:1" in finding.message


def test_what_is_unknown_is_not_labelled_otherwise() -> None:
    whole, partial = labelled(1, (0, 4, "ORG")), replace(labelled(7), unknown=((0, 4),))
    assert conflicting_labels([whole, partial]) == []
