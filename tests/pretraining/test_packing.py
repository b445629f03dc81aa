import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.character_table import CharacterTable
from ner.pretraining.packing import Packer

ALPHABET = "的一是不了在人有我他，。"
TABLE = CharacterTable(
    {character: 10 + i for i, character in enumerate(ALPHABET)}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 1}
)
texts = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=30)
passages = st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=8)


def words(text: str) -> np.ndarray:
    """A word begins with each 的, and with the text."""
    return np.array([i == 0 or character == "的" for i, character in enumerate(text)])


@given(passages, st.integers(8, 20))
def test_rows_hold_every_character_once_and_in_order(given_passages: list[list[str]], length: int) -> None:
    packer = Packer(iter(given_passages), TABLE, words)
    paragraphs = [paragraph for passage in given_passages for paragraph in passage]
    expected = np.concatenate([np.append(TABLE.encode(paragraph), TABLE.sep) for paragraph in paragraphs])
    count = len(expected) // (length - 2)
    taken = []
    for _ in range(count):
        ids, starts = packer.rows(1, length)
        assert ids.shape == starts.shape == (1, length)
        assert (ids[0, 0], ids[0, -1]) == (TABLE.cls, TABLE.sep)
        taken += ids[0, 1:-1].tolist()
    assert taken == expected[: len(taken)].tolist()
    assert len(expected) - len(taken) < length - 2
    left = packer.left[0].tolist()  # of the passage that was begun
    assert left == expected[len(taken) : len(taken) + len(left)].tolist()


def test_words_begin_where_the_segmenter_says_and_with_each_row() -> None:
    packer = Packer(iter([["一的是不了", "在人"]]), TABLE, words)
    ids, starts = packer.rows(2, 6)
    assert ids.tolist() == [[2, *TABLE.encode("一的是不"), 3], [2, TABLE.encode("了")[0], 3, *TABLE.encode("在人"), 3]]
    assert starts.tolist() == [[True, True, True, False, False, True], [True, True, True, True, False, True]]


def test_too_little_text_raises() -> None:
    with pytest.raises(StopIteration):
        Packer(iter([["一的"]]), TABLE, words).rows(1, 10)
