import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.character_table import CharacterTable
from ner.characters.padding import IGNORED, batches_by_length, pad_batch, pad_labels

TABLE = CharacterTable({"中": 7}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 1})


def test_rows_are_framed_and_padded() -> None:
    input_ids, attention_mask = pad_batch([np.array([7, 8, 9]), np.array([7])], TABLE)
    assert input_ids.tolist() == [[2, 7, 8, 9, 3], [2, 7, 3, 0, 0]]
    assert attention_mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    assert pad_labels([np.array([4, 0, 1]), np.array([5])]).tolist() == [[4, 0, 1], [5, IGNORED, IGNORED]]


@given(st.lists(st.integers(1, 60)), st.integers(1, 100))
def test_batches_hold_every_row_once_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(batches_by_length(lengths, budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget
    assert [lengths[i] for batch in batches for i in batch] == sorted(lengths, reverse=True)
