import pytest

from ner.errors import InputError
from ner.pretraining.word_segmenter import segmenter


def test_characters_are_units_of_their_own() -> None:
    assert segmenter("character")("王小明").tolist() == [True, True, True]


def test_words() -> None:
    pytest.importorskip("rjieba")
    text = "我来到北京清华大学 ABC😀"
    starts = segmenter("word")(text)
    assert [text[i] for i, begins in enumerate(starts) if begins] == ["我", "来", "北", "清", " ", "A", "😀"]


def test_without_the_package_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rjieba", None)
    with pytest.raises(InputError, match=r'pip install .*\[pretrain\]", or pass `masking` character'):
        segmenter("word")
