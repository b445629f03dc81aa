import numpy as np
import torch

from ner.characters.character_table import CharacterTable
from ner.pretraining.masking import Masker

MASK = 4
TABLE = CharacterTable(
    {chr(0x4E00 + i): 10 + i for i in range(1000)}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 1}
)


def rows(count: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of random characters, framed, with a new word at every third place."""
    ids = np.random.default_rng(1).integers(10, 1010, (count, length))
    ids[:, 0], ids[:, -1], ids[:, 5] = TABLE.cls, TABLE.sep, TABLE.unk
    starts = np.zeros((count, length), dtype=np.bool_)
    starts[:, ::3] = True
    return ids, starts


def test_fifteen_percent_are_chosen_of_which_80_10_10_become_mask_other_and_same() -> None:
    ids, starts = rows(400, 129)
    batch = Masker(TABLE, MASK, 0.15)(ids, starts, (1,))
    share = len(batch.places) / (400 * 126)
    assert 0.14 < share < 0.16
    now = batch.input_ids.flatten()[batch.places]
    masked, same = (now == MASK).double().mean(), (now == batch.targets).double().mean()
    assert 0.79 < masked < 0.81
    assert 0.09 < same < 0.11
    other = now[(now != MASK) & (now != batch.targets)]
    assert 0.09 < len(other) / len(now) < 0.11
    assert int(other.min()) >= 10  # characters, never special tokens


def test_words_are_chosen_whole_and_nothing_else_is_touched() -> None:
    ids, starts = rows(50, 128)
    batch = Masker(TABLE, MASK, 0.3)(ids, starts, (1,))
    chosen = torch.zeros(50 * 128, dtype=torch.bool)
    chosen[batch.places] = True
    assert torch.equal(batch.input_ids.flatten()[~chosen], batch.original_ids.flatten()[~chosen])
    assert torch.equal(batch.original_ids.flatten()[chosen], batch.targets)
    assert not set(batch.targets.tolist()) & {TABLE.cls, TABLE.sep, TABLE.unk}
    table = chosen.view(50, 128)
    for begin in range(6, 120, 3):  # words without a special token
        assert torch.equal(table[:, begin], table[:, begin + 2])
    assert not table[:, 5].any()


def test_a_seed_gives_the_same_masks() -> None:
    masker, (ids, starts) = Masker(TABLE, MASK, 0.15), rows(8, 64)
    one, same, other = masker(ids, starts, (1, 2)), masker(ids, starts, (1, 2)), masker(ids, starts, (1, 3))
    assert torch.equal(one.input_ids, same.input_ids)
    assert one.seed == same.seed
    assert not torch.equal(one.input_ids, other.input_ids)
