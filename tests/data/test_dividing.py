import random
import re
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.data_split import Split
from ner.data.dividing import divide
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.schemes import BIO
from ner.errors import InputError


def split_of(*sentences: Sentence) -> Split:
    return Split("all.txt", list(sentences), name="all", scheme=BIO)


def sentence(text: str, types: str = "", document: str = "") -> Sentence:
    """A sentence with an entity of each type in `types`, which are letters."""
    return Sentence(text, tuple(Entity(0, 1, type_, text[:1]) for type_ in types), document=document)


def numbered(count: int) -> Split:
    return split_of(*(sentence(str(number), "A") for number in range(count)))


sentences = st.lists(
    st.builds(sentence, st.sampled_from(["", *"abcdefgh"]), st.text("XYZ", max_size=3), st.sampled_from(["", *"123"])),
    max_size=40,
)


def connected(all_sentences: list[Sentence]) -> int:
    """The number of groups that may not be torn apart, by merging sets until none meet."""
    groups: list[set[tuple[str, str | int]]] = []
    for number, s in enumerate(all_sentences):
        keys = {
            (kind, key) for kind, key in (("text", s.text), ("document", s.document), ("number", number)) if key != ""
        }
        meeting = [group for group in groups if group & keys]
        groups = [group for group in groups if not group & keys]
        groups.append(keys.union(*meeting))
    return len(groups)


@given(sentences=sentences, seed=st.integers(0, 9), dev=st.sampled_from([0.0, 0.1, 0.5]))
def test_what_belongs_together_stays_together(sentences: list[Sentence], seed: int, dev: float) -> None:
    whole = split_of(*sentences)
    names = ["train", "dev", "test"] if dev else ["train", "test"]
    if connected(sentences) < len(names):
        with pytest.raises(InputError, match="can't be divided"):
            divide(whole, dev, 0.2, seed)
        return
    parts = divide(whole, dev, 0.2, seed)
    assert list(parts) == names
    assert Counter(s for part in parts.values() for s in part.sentences) == Counter(sentences)
    for part in parts.values():
        assert part.sentences
        elsewhere = [s for other in parts.values() if other is not part for s in other.sentences]
        assert not {s.text for s in part.sentences if s.text} & {s.text for s in elsewhere}
        assert not {s.document for s in part.sentences if s.document} & {s.document for s in elsewhere}


def test_the_order_is_kept_and_the_seed_decides() -> None:
    whole = numbered(200)
    parts = divide(whole, 0.1, 0.2, seed=1)
    assert {name: len(part.sentences) for name, part in parts.items()} == {"train": 140, "dev": 20, "test": 40}
    for name, part in parts.items():
        assert part.sentences == sorted(part.sentences, key=lambda s: int(s.text))
        assert (part.name, part.path, part.scheme) == (name, "all.txt", BIO)
    assert divide(whole, 0.1, 0.2, seed=1) == parts
    assert divide(whole, 0.1, 0.2, seed=2) != parts


def test_a_share_of_nothing_has_no_part() -> None:
    assert list(divide(numbered(10), 0, 0.1, 1)) == ["train", "test"]
    assert list(divide(numbered(10), 0.1, 0, 1)) == ["train", "dev"]
    assert divide(numbered(10), 0, 0, 1)["train"].sentences == numbered(10).sentences


def test_rare_types_get_their_share() -> None:
    chance = random.Random(0)
    drawn = (chance.choices("ABCD", (100, 40, 5, 2), k=chance.choice([0, 0, 1, 2, 5])) for _ in range(2000))
    whole = split_of(*(sentence(str(number), "".join(types)) for number, types in enumerate(drawn)))
    parts = divide(whole, 0.1, 0.2, seed=1)
    for name, share in (("train", 0.7), ("dev", 0.1), ("test", 0.2)):
        part = parts[name]
        assert len(part.sentences) == pytest.approx(share * 2000, abs=4)
        without = sum(not s.entities for s in whole.sentences)
        assert sum(not s.entities for s in part.sentences) == pytest.approx(share * without, abs=4)
        for type_, total in whole.types.items():
            assert part.types[type_] == pytest.approx(share * total, abs=4), (name, type_)


def test_documents_of_all_sizes_are_dealt_out_evenly() -> None:
    chance = random.Random(0)
    documents = [chance.randint(1, 60) for _ in range(150)]
    whole = split_of(
        *(
            sentence(
                f"{document} {number}", "".join(chance.choices("AB", (9, 1), k=chance.randint(0, 3))), str(document)
            )
            for document, size in enumerate(documents)
            for number in range(size)
        )
    )
    parts = divide(whole, 0.1, 0.1, seed=1)
    for name, share in (("train", 0.8), ("dev", 0.1), ("test", 0.1)):
        assert len(parts[name].sentences) / len(whole.sentences) == pytest.approx(share, abs=0.01)
        for type_, total in whole.types.items():
            assert parts[name].types[type_] / total == pytest.approx(share, abs=0.02)


def test_a_type_of_two_entities_is_one_to_learn() -> None:
    parts = divide(split_of(*numbered(50).sentences, sentence("x", "R"), sentence("y", "R")), 0.1, 0.1, 1)
    assert parts["train"].types["R"] == 2


def test_no_part_is_empty() -> None:
    parts = divide(numbered(3), 0.01, 0.01, 1)
    assert [len(part.sentences) for part in parts.values()] == [1, 1, 1]


def test_texts_join_documents() -> None:
    whole = split_of(
        sentence("a", document="1"), sentence("b", document="1"), sentence("b", document="2"), sentence("c")
    )
    assert [len(part.sentences) for part in divide(whole, 0, 0.3, 1).values()] == [3, 1]


def test_empty_texts_join_nothing() -> None:
    whole = split_of(*(sentence("", document=str(number)) for number in range(10)))
    assert len(divide(whole, 0, 0.5, 1)["test"].sentences) == 5


def test_findings_stay_with_train() -> None:
    whole = numbered(10)
    for findings in (whole.faults, whole.repairs, whole.losses, whole.oddities):
        findings.append(Finding("all.txt", 1, "kind", "message"))
    whole.notes.append("a note")
    train, test = divide(whole, 0, 0.5, 1).values()
    assert [len(x) for x in (train.faults, train.repairs, train.losses, train.oddities, train.notes)] == [1] * 5
    assert not any((test.faults, test.repairs, test.losses, test.oddities, test.notes))


@pytest.mark.parametrize(
    ("dev", "test", "expected"),
    [
        (-0.1, 0.1, "expected `dev` to be at least 0 and less than 1, got -0.1"),
        (0.1, 1, "expected `test` to be at least 0 and less than 1, got 1"),
        (float("nan"), 0, "expected `dev` to be at least 0 and less than 1, got nan"),
        ("x", 0, "expected `dev` to be at least 0 and less than 1, got 'x'"),
        (0.1, None, "expected `test` to be at least 0 and less than 1, got None"),
        (0.5, 0.5, "expected `dev` and `test` to be less than 1 together, got 0.5 and 0.5"),
    ],
)
def test_impossible_shares(dev: Any, test: Any, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        divide(numbered(10), dev, test, 1)
    assert str(caught.value) == expected


@pytest.mark.parametrize("seed", [None, "x", 1.5, True])
def test_without_a_number_as_seed_no_two_divisions_were_the_same(seed: Any) -> None:
    with pytest.raises(InputError, match="expected `seed` to be a whole number, got "):
        divide(numbered(10), 0.1, 0.1, seed)


def test_too_few_groups() -> None:
    whole = split_of(sentence("a", document="1"), sentence("b", document="1"), sentence("a"), sentence("c"))
    with pytest.raises(InputError) as caught:
        divide(whole, 0.1, 0.1, 1)
    assert str(caught.value) == (
        "all.txt: 4 sentences can't be divided into train and dev and test: sentences of one document or with the "
        "same text stay together, so there are too few groups (2); add more"
    )


def test_fifty_thousand_sentences_take_seconds() -> None:
    chance = random.Random(0)
    whole = split_of(*(sentence(str(chance.randrange(45_000)), chance.choice(["", "A", "AB"])) for _ in range(50_000)))
    start = time.process_time()
    divide(whole, 0.1, 0.1, 1)
    assert time.process_time() - start < 10


@given(sentences=sentences, seed=st.integers(0, 9), every=st.integers(2, 4))
def test_what_is_unknown_goes_to_train_with_all_that_belongs_to_it(
    sentences: list[Sentence], seed: int, every: int
) -> None:
    partial = [
        replace(s, entities=(), unknown=((0, 1),)) if s.text and number % every == 0 else s
        for number, s in enumerate(sentences)
    ]
    try:
        parts = divide(split_of(*partial), 0.2, 0.2, seed)
    except InputError as error:
        assert re.search("can't be divided|dev and test can't have sentences with the tag", str(error))  # noqa: PT017
        return
    assert Counter(s for part in parts.values() for s in part.sentences) == Counter(partial)
    assert all(part.sentences for part in parts.values())
    assert not any(s.unknown for name in ("dev", "test") for s in parts[name].sentences)
    documents = {s.document for s in partial if s.unknown and s.document}
    assert not any(s.document in documents for name in ("dev", "test") for s in parts[name].sentences)


def test_shares_are_those_of_all_sentences_though_some_are_partial() -> None:
    whole = numbered(100)
    more = [Sentence(f"x{number}", unknown=((0, 1),)) for number in range(100)]
    parts = divide(split_of(*whole.sentences, *more), 0.1, 0.1, seed=1)
    assert len(parts["dev"].sentences) == len(parts["test"].sentences)
    assert 10 <= len(parts["dev"].sentences) <= 20
