"""The words of a list: the longest, from left to right, and nothing between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.words.list_segmenter import ListSegmenter
from ner.words.user_dictionary import DictionaryWord, UserDictionary


def segmenter(*words: str) -> ListSegmenter:
    return ListSegmenter(UserDictionary([DictionaryWord(word, None, f"P{i}") for i, word in enumerate(words)]))


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (("长江", "长江大桥", "大桥"), "在长江大桥上看长江", [("长江大桥", "P1"), ("长江", "P0")]),
        (("南京市长", "市长江", "长江大桥"), "南京市长江大桥", [("南京市长", "P0")]),
        (("aa",), "aaaaa", [("aa", "P0"), ("aa", "P0")]),
        (("New York",), "在New York。", [("New York", "P0")]),
        (("京",), "", []),
    ],
)
def test_the_longest_word_from_left_to_right(words: tuple[str, ...], text: str, found: list[tuple[str, str]]) -> None:
    assert [(word, part) for word, part in segmenter(*words).words(text) if part is not None] == found


@given(words=st.sets(st.text("ab京😀", min_size=1, max_size=4), max_size=6), text=st.text("ab京😀 \r\n", max_size=20))
def test_the_pieces_are_the_text_and_those_with_a_part_are_words(words: set[str], text: str) -> None:
    pieces = list(segmenter(*words).words(text))
    assert "".join(word for word, _ in pieces) == text
    assert all(word in words for word, part in pieces if part is not None)
    assert not any(word in between for between, part in pieces if part is None for word in words)


def test_a_word_without_a_part_of_speech_is_a_word() -> None:
    assert list(ListSegmenter(UserDictionary([DictionaryWord("京")])).words("在京")) == [
        ("在", None),
        ("京", ""),
        ("", None),
    ]
