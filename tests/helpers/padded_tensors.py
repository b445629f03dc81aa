"""What the network takes, made of rows of ids."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ner.characters.character_table import CharacterTable, Ids
from ner.characters.padding import pad_batch


def padded_tensors(rows: Sequence[Ids], table: CharacterTable) -> tuple[Tensor, Tensor]:
    input_ids, attention_mask = pad_batch(rows, table)
    return torch.from_numpy(input_ids), torch.from_numpy(attention_mask)
