"""What is no annotated text in memory: one sentence in the caller's words, with the number of the sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.corpus import Corpus
from ner.data.entities import Entity, Sentence
from ner.errors import InputError

NAN = float("nan")
GOOD = Sentence("王小明来", [(0, 3, "PER")])
ODD: Any = st.sampled_from(
    [None, NAN, b"ab", 5, -1, 1.5, True, "", "ab", [], [None], [NAN], {}, {"a": 1}, (1, 2), object()]
)


def frame(**columns: list[Any]) -> Corpus:
    return Corpus.from_frame(pd.DataFrame(columns))


WRONG: list[tuple[Callable[[Any], Any], list[Any], str]] = [
    (Sentence, [None, 5, b"ab", NAN], "expected `text` to be a text, got "),
    (lambda it: Sentence("王", it), [None, 5], "expected `entities` to be a list, got "),
    (
        lambda it: Sentence("王", [it]),
        [None, NAN, b"ab", (0, 1)],
        r"expected `entities` to contain \(start, end, label\)",
    ),
    (lambda it: Sentence("王", [(0, it, "A")]), [True, NAN, 1.0, None], "to be two whole numbers and a type, got "),
    (lambda it: Sentence.from_tags(it, ["O"]), [None, 5, [None], b"a", [NAN]], "expected `characters` to "),
    (lambda it: Sentence.from_tags("王", it), [None, 5, [None], b"a", [NAN]], "expected `tags` to "),
    (lambda it: Sentence.from_tags("王", [it]), ["", "B-", "BA", "b"], "expected `tags` to be O, "),
    (Corpus.from_sentences, [None, 5, GOOD], "expected `train` to be a list of objects of Sentence, got "),
    (lambda it: Corpus.from_sentences([GOOD, it]), [None, "王", b"ab", NAN], "expected `train` to contain .* at 2"),
    (lambda it: Corpus.from_sentences([GOOD], [it]), [None, "王"], "expected `dev` to contain .* at 1"),
    (lambda it: Corpus.from_sentences([GOOD], seed=it), [None, "1", [1]], "expected `seed` to be a whole number"),
    (
        lambda it: Corpus.from_sentences([GOOD, Sentence("王", unknown=it)]),
        [((0, 5),), "ab", None, 5],
        "train:2: .* `unknown`",
    ),
    (lambda it: Corpus.from_sentences([GOOD, Sentence(it)]), ["\ud83d王"], "train:2: .* half of a surrogate pair"),
    (
        lambda it: Corpus.from_sentences([GOOD, Sentence("王", (Entity(0, 1, it, "王"),))]),
        ["", 5, None, "\ud800"],
        "train:2: expected the label of an entity to be a text",
    ),
    (Corpus.from_frame, [None, [1], "a"], "expected `frame` to be a DataFrame, got "),
    (lambda it: frame(text=["王", it], entities=[[], []]), [None, NAN, 5], "`frame`, sentence 2: expected `text`"),
    (lambda it: frame(text=["王", "小"], entities=[[], it]), [None, NAN, [5]], "`frame`, sentence 2: .*`entities`"),
    (
        lambda it: frame(sentence=[1, 1], character=["王", it], tag=["O", "O"]),
        [None, NAN, b"a"],
        "expected each row of `frame` to have a sentence, a character and a tag, got .* in 2",
    ),
    (lambda it: frame(sentence=[1, 2], character=["王", "小"], tag=["O", it]), ["zz"], "`frame`, sentence 2: .*`tags`"),
    (
        lambda it: frame(text=["王"], entities=[[]], split=[it]),
        [NAN, None, ["train"]],
        "expected the splits of `frame`",
    ),
    (Corpus.from_dataset, [None, 5], "expected `dataset` to hold rows with tokens and ner_tags, got "),
    (lambda it: Corpus.from_dataset([it]), [None, 5, [1], {}], "expected `dataset` to have the columns tokens"),
    (lambda it: Corpus.from_dataset([{"tokens": it, "ner_tags": ["O"]}]), [None, [None]], "`dataset`, sentence 1: "),
    (lambda it: Corpus.from_dataset([{"tokens": ["王"], "ner_tags": it}]), [None, [3], []], "`dataset`, sentence 1: "),
]


@pytest.mark.parametrize(
    ("make", "value", "message"), [(make, value, message) for make, values, message in WRONG for value in values]
)
def test_what_is_wrong_is_told_in_the_words_of_the_caller(make: Callable[[Any], Any], value: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(value)


def test_rows_of_entities_are_joined_to_texts() -> None:
    rows = [
        ("王小明在上海", 0, 3, "PER"),
        ("王小明在上海", 4, 6, "LOC"),
        ("去", None, None, None),
        ("张伟", 0, 2, "PER"),
    ]
    table = pd.DataFrame(rows, columns=["text", "start", "end", "label"]).assign(split=["train"] * 3 + ["dev"])
    corpus = Corpus.from_frame(table)
    assert [[(entity.text, entity.label) for entity in each.entities] for each in corpus.train.sentences] == [
        [("王小明", "PER"), ("上海", "LOC")],
        [],
    ]
    assert [sentence.text for sentence in corpus.dev.sentences] == ["张伟"]
    with pytest.raises(InputError, match=r"`frame`, sentence 1: .* two whole numbers and a type"):
        frame(text=["王"], start=[NAN], end=[1], label=["PER"])


def test_two_columns_of_one_name() -> None:
    with pytest.raises(InputError, match="expected `frame` to have one column text, got more"):
        Corpus.from_frame(pd.DataFrame([["王", "a", []]], columns=["text", "text", "entities"]))


def test_generators_and_whole_numbers_of_other_libraries_are_taken() -> None:
    sentences = (Sentence(f"王{i}", ((0, 1, "A") for _ in range(1))) for i in range(20))
    assert Corpus.from_sentences(sentences).train.types["A"] == 18
    assert Sentence("王", [(np.int64(0), np.int32(1), "A")]).entities == (Entity(0, 1, "A", "王"),)
    assert Sentence.from_tags(iter("王小"), (tag for tag in ["B-A", "O"])).entities[0].text == "王"


@given(ODD, ODD, ODD)
def test_whatever_is_given_it_is_a_sentence_or_an_input_error(one: Any, other: Any, third: Any) -> None:
    for make in (
        lambda: Sentence(one, other),
        lambda: Sentence("王小", [(one, other, third)]),
        lambda: Sentence.from_tags(one, other),
        lambda: Corpus.from_sentences([GOOD, one]),
        lambda: Corpus.from_sentences(one, other, third),
        lambda: Corpus.from_frame(one),
        lambda: frame(text=[one], entities=[other], split=[third]),
        lambda: frame(sentence=[one], character=[other], tag=[third]),
        lambda: Corpus.from_dataset(one),
        lambda: Corpus.from_dataset([{"tokens": one, "ner_tags": other}]),
    ):
        try:
            make()
        except InputError:
            continue
