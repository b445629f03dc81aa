from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.character_table import CharacterTable

SPECIAL = {"pad": 0, "unk": 1, "cls": 2, "sep": 3}
WORDPIECE = {
    "[PAD]": 0,
    "[UNK]": 1,
    "[CLS]": 2,
    "[SEP]": 3,
    "[unused1]": 4,
    "中": 5,
    "a": 6,
    "##们": 7,
    "中国": 8,
    "１": 9,
}
SENTENCEPIECE = {
    "<pad>": 0,
    "<unk>": 1,
    "<s>": 2,
    "</s>": 3,
    "\u2581": 4,
    "中": 5,
    "\u2581国": 6,
    "\u2581中": 7,
    "1": 8,
}


def ids(vocabulary: dict[str, int], text: str) -> list[int]:
    return CharacterTable.from_vocabulary(vocabulary, SPECIAL).encode(text).tolist()


def test_the_fallback_order_is_exact_lower_case_nfkc_unknown() -> None:
    assert ids(WORDPIECE, "中aA") == [5, 6, 6]
    assert ids(WORDPIECE, "ａＡ") == [6, 6]  # full width: NFKC, and the lower case of that
    assert ids(WORDPIECE, "１1") == [9, 1]  # exact before NFKC, and never the other way round
    assert ids(WORDPIECE, "国😀") == [1, 1]


def test_pieces_of_words_serve_where_the_character_is_not_there_alone() -> None:
    assert ids(WORDPIECE, "们") == [7]
    assert ids(SENTENCEPIECE, "中国") == [5, 6]


def test_white_space_shares_one_id() -> None:
    assert ids(WORDPIECE, " \t\u3000\u00a0") == [4, 4, 4, 4]
    assert ids(SENTENCEPIECE, " \u3000") == [4, 4]
    without = {token: index for token, index in WORDPIECE.items() if token != "[unused1]"}
    assert ids(without, " ") == [SPECIAL["unk"]]


def test_unknown_characters_are_counted_without_white_space() -> None:
    table = CharacterTable.from_vocabulary({k: v for k, v in WORDPIECE.items() if v != 4}, SPECIAL)
    assert table.unknown("中 国😀a") == 2


@given(st.text(st.characters(), max_size=30))
def test_every_code_point_has_one_id(text: str) -> None:
    for vocabulary in (WORDPIECE, SENTENCEPIECE):
        found = ids(vocabulary, text)
        assert len(found) == len(text)
        assert found == [ids(vocabulary, character)[0] for character in text]


@pytest.mark.parametrize("vocabulary", [WORDPIECE, SENTENCEPIECE])
def test_a_saved_table_gives_the_same_ids(vocabulary: dict[str, int], tmp_path: Path) -> None:
    table = CharacterTable.from_vocabulary(vocabulary, SPECIAL)
    table.save(tmp_path / "characters.json")
    text = "中国们 aAＡ１1😀\n\u2028"
    loaded = CharacterTable.load(tmp_path / "characters.json")
    assert loaded.encode(text).tolist() == table.encode(text).tolist()
    assert (loaded.pad, loaded.cls, loaded.sep) == (0, 2, 3)
