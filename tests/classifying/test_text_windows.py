import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.character_table import CharacterTable
from ner.classifying.text_windows import pad_text_rows, row_batches, rows_of

LETTERS = "abcdefghij"
TABLE = CharacterTable(
    {letter: i for i, letter in enumerate(LETTERS, 5)}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 4}
)


@given(st.text(LETTERS, max_size=120), st.none() | st.text(LETTERS, max_size=120), st.integers(16, 40))
def test_every_character_is_in_a_window_that_fits(first: str, second: str | None, window: int) -> None:
    rows = rows_of((first, second), TABLE, window)
    assert rows
    assert all(len(row.ids) <= window for row in rows)
    seen_first, seen_second = set(), set()
    for row in rows:
        a, b = row.ids[: row.second], row.ids[row.second :]
        if second is not None:
            assert a[-1] == TABLE.sep
            a = a[:-1]
        seen_first |= {*a.tolist()}
        seen_second |= {*b.tolist()}
    assert seen_first == {*TABLE.encode(first).tolist()}
    assert seen_second == {*TABLE.encode(second or "").tolist()}


def test_short_texts_are_one_row() -> None:
    (single,) = rows_of(("abc", None), TABLE, 16)
    assert single.ids.tolist() == [5, 6, 7]
    (pair,) = rows_of(("ab", "c"), TABLE, 16)
    assert (pair.ids.tolist(), pair.second) == ([5, 6, 3, 7], 3)
    assert [len(row.ids) for row in rows_of(("", None), TABLE, 16)] == [0]


def test_the_input_of_the_network() -> None:
    batch = pad_text_rows([*rows_of(("ab", "c"), TABLE, 16), *rows_of(("a", None), TABLE, 16)], TABLE)
    assert batch.input_ids.tolist() == [[2, 5, 6, 3, 7, 3], [2, 5, 3, 0, 0, 0]]
    assert batch.attention_mask.tolist() == [[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]]
    assert batch.token_type_ids.tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]]


def test_an_empty_second_text_is_a_pair_all_the_same() -> None:
    (row,) = rows_of(("ab", ""), TABLE, 16)
    assert row.ids.tolist() == [5, 6, 3]
    assert pad_text_rows([row], TABLE).input_ids.tolist() == [[2, 5, 6, 3, 3]]


@pytest.mark.parametrize("budget", [20, 1000])
def test_batches_have_every_row_once(budget: int) -> None:
    contents = [("abc" * 20, None), ("a", None), ("", None)]
    origins = np.concatenate([own for own, _ in row_batches(contents, TABLE, 16, budget)])
    expected = [at for at, content in enumerate(contents) for _ in rows_of(content, TABLE, 16)]
    assert sorted(origins.tolist()) == expected
