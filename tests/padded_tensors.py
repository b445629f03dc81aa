"""What the network takes, made of rows of ids."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ner.encoding.batches import pad_batch
from ner.encoding.characters import CharacterTable, Ids


def padded_tensors(rows: Sequence[Ids], table: CharacterTable) -> tuple[Tensor, Tensor]:
    input_ids, attention_mask = pad_batch(rows, table)
    return torch.from_numpy(input_ids), torch.from_numpy(attention_mask)
