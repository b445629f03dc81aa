"""Windows of many texts in batches, and their characters put together again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.character_table import CharacterTable
from ner.characters.window_batches import in_chunks, window_batches
from ner.choices import BATCH_CHARACTERS

TABLE = CharacterTable(
    {chr(0x4E00 + i): i + 10 for i in range(50)}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 4}
)


@given(st.lists(st.text(st.sampled_from([chr(0x4E00 + i) for i in range(50)]), max_size=60), max_size=8))
def test_each_character_is_kept_once_and_from_its_own_place(texts: list[str]) -> None:
    found = [np.full(len(text), -1) for text in texts]
    for batch in window_batches(texts, TABLE, 16):
        assert batch.input_ids.shape == batch.attention_mask.shape
        for origin, window, kept in batch.kept(batch.input_ids[:, 1:-1]):
            assert (found[origin][window.keep_start : window.keep_end] == -1).all()
            found[origin][window.keep_start : window.keep_end] = kept
    assert [row.tolist() for row in found] == [TABLE.encode(text).tolist() for text in texts]


def test_a_kept_character_has_its_share_of_context() -> None:
    (batch,) = window_batches(["一" * 100], TABLE, 16)
    for window in batch.windows:
        assert window.end - window.start <= 16
        assert window.start == 0 or window.keep_start - window.start >= 2
        assert window.end == 100 or window.end - window.keep_end >= 2


def test_batches_are_full_but_no_larger() -> None:
    batches = [*window_batches(["一" * 100] * 100, TABLE, 200)]
    assert [len(batch.origins) for batch in batches] == [BATCH_CHARACTERS // 100] * 2 + [20]


def test_chunks_end_where_they_are_large_enough() -> None:
    read = []

    def words() -> object:
        for word in ("a", "bb", "ccc", "d"):
            read.append(word)
            yield word

    chunks = in_chunks(words(), len, 3)  # type: ignore[arg-type]
    assert next(chunks) == ["a", "bb"]
    assert read == ["a", "bb"]
    assert [*chunks] == [["ccc"], ["d"]]
    assert [*in_chunks([], len, 3)] == []
