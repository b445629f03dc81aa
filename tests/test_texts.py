from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ner.embedding.embedder import Embedder
from ner.errors import InputError
from ner.tagging.tagger import Tagger
from ner.texts import each_text

TEXTS = ["我在上海。", "", "张伟去上海。"]
NOT_TEXTS: list[tuple[Any, str]] = [
    (None, "expected `texts` to be a list of texts, got None"),
    (5, "expected `texts` to be a list of texts, got 5"),
    (float("nan"), "expected `texts` to be a list of texts, got nan"),
    (b"abc", "got b'abc': put it into a list"),
    ({"key": "我"}, "got a dict: give its texts"),
    (pd.DataFrame({"text": TEXTS}), "got a table: give its texts"),
    (["我", "是", "谁", None], "expected texts, got None at 3"),
    ([float("nan")], "expected texts, got nan at 0"),
    (["我", b"x"], "expected texts, got b'x' at 1"),
    ([{"text": "我"}], "expected texts, got {'text': '我'} at 0"),
    ([["我"]], "expected texts, got ['我'] at 0"),
]


@pytest.mark.parametrize(
    "texts", [TEXTS, tuple(TEXTS), (text for text in TEXTS), pd.Series(TEXTS), np.array(TEXTS)], ids=lambda x: type(x)
)
def test_lists_streams_and_columns(texts: Iterable[str]) -> None:
    assert list(each_text(texts)) == TEXTS


def test_a_stream_is_read_item_by_item() -> None:
    texts = each_text(iter(["我", None]))
    assert next(texts) == "我"
    with pytest.raises(InputError, match="got None at 1"):
        next(texts)


@pytest.mark.parametrize(("texts", "message"), NOT_TEXTS)
def test_all_functions_refuse_what_is_no_list_of_texts(
    tagger: Tagger, embedder: Embedder, texts: Any, message: str
) -> None:
    functions: list[Callable[[Any], Any]] = [
        tagger.tag,
        lambda given: list(tagger.tag_stream(given)),
        lambda given: list(tagger.readings(given)),
        lambda given: tagger.nbest(given, 2),
        tagger.emissions,
        embedder.embed,
        embedder.embed_characters,
        lambda given: embedder.embed_spans(given, []),
    ]
    for function in functions:
        with pytest.raises(InputError) as told:
            function(texts)
        assert message in str(told.value)


def test_one_text_is_a_list_only_for_tag(tagger: Tagger, embedder: Embedder) -> None:
    assert tagger.tag(TEXTS[0]) == tagger.tag([TEXTS[0]])[0]
    for function in (tagger.tag_stream, tagger.readings, tagger.emissions, embedder.embed):
        with pytest.raises(InputError, match=r"got the string '我在上海。': put it into a list"):
            function(TEXTS[0])


def test_generators_have_the_same_result(tagger: Tagger, embedder: Embedder) -> None:
    assert tagger.tag(text for text in TEXTS) == tagger.tag(TEXTS)
    assert tagger.tag((text for text in TEXTS), fixed=([] for _ in TEXTS)) == tagger.tag(TEXTS, [[], [], []])
    assert (embedder.embed(text for text in TEXTS) == embedder.embed(TEXTS)).all()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load("mini-zh")
