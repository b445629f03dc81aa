"""Masks: what is hidden of a batch, and what stands there instead."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ner.characters.character_table import CharacterTable, Ids
from ner.pretraining.word_segmenter import Starts

# Devlin et al. 2019, section 3.1: of what is chosen so much becomes [MASK], so much a random character.
_MASKED, _RANDOM = 0.8, 0.1


@dataclass(frozen=True)
class MaskedBatch:
    """Rows without padding, and what to learn about them.

    `input_ids`, with the masks, and `original_ids` are `(rows, length)`; `places` are the `(chosen,)` indices of
    what was chosen in a flattened batch, `targets` the ids that were there. `seed` is for what an objective draws.
    """

    input_ids: Tensor
    original_ids: Tensor
    places: Tensor
    targets: Tensor
    seed: int

    def to(self, device: torch.device) -> "MaskedBatch":
        """The same batch on `device`."""
        return MaskedBatch(
            self.input_ids.to(device),
            self.original_ids.to(device),
            self.places.to(device),
            self.targets.to(device),
            self.seed,
        )


class Masker:
    """Chooses each word with the probability `share`, so that `share` of the characters is chosen on average.

    Every word is chosen or left as a whole (Cui et al. 2021, whole word masking). Of its characters 80% become
    [MASK], 10% a random character and 10% stay. Characters that the encoder doesn't know are never chosen, since
    nothing can be learned about them.
    """

    def __init__(self, table: CharacterTable, mask: int, share: float) -> None:
        self._special = np.array([table.cls, table.sep, table.pad, table.unk])
        self._mask = mask
        self._share = share
        self._characters = table.character_ids

    def __call__(self, ids: Ids, starts: Starts, seed: tuple[int, ...]) -> MaskedBatch:
        """Mask rows of ids in which words begin at `starts`, both `(rows, length)`; `seed` makes the choice."""
        random = np.random.default_rng(seed)
        words = np.cumsum(starts) - 1  # of each character in the flattened batch; a row begins with a new word
        flat = ids.reshape(-1)
        chosen = (random.random(words[-1] + 1) < self._share)[words] & ~np.isin(flat, self._special)
        places = np.flatnonzero(chosen)
        masked = flat.copy()
        lot = random.random(len(places))
        masked[places[lot < _MASKED]] = self._mask
        replaced = places[(lot >= _MASKED) & (lot < _MASKED + _RANDOM)]
        masked[replaced] = random.choice(self._characters, len(replaced))
        return MaskedBatch(
            input_ids=torch.from_numpy(masked.reshape(ids.shape)),
            original_ids=torch.from_numpy(ids),
            places=torch.from_numpy(places),
            targets=torch.from_numpy(flat[places]),
            seed=int(random.integers(2**63)),
        )
