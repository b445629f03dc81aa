"""Masking: choosing characters of a batch, and replacing them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ner.characters.character_table import CharacterTable, Ids
from ner.pretraining.word_segmenter import Starts

# Devlin et al. 2019, section 3.1: the shares of chosen characters that become [MASK] and a random character.
_MASKED, _RANDOM = 0.8, 0.1


@dataclass(frozen=True)
class MaskedBatch:
    """Rows without padding, and the masked characters in them.

    Args:
        input_ids: the ids with masks, `(rows, length)`.
        original_ids: the ids before masking, `(rows, length)`.
        places: the indices of the chosen characters in the flattened batch, `(chosen,)`.
        targets: the original ids of the chosen characters, `(chosen,)`.
        seed: the seed for random choices of an objective.
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
    """Masks whole words at random (whole word masking, Cui et al. 2021).

    Of the chosen characters, 80% become [MASK], 10% become a random character, and 10% stay. Characters that the
    encoder doesn't know are never chosen.

    Args:
        table: the characters of the encoder.
        mask: the id of [MASK].
        share: the probability that a word is chosen.
    """

    def __init__(self, table: CharacterTable, mask: int, share: float) -> None:
        self._special = np.array([table.cls, table.sep, table.pad, table.unk])
        self._mask = mask
        self._share = share
        self._characters = table.character_ids

    def __call__(self, ids: Ids, starts: Starts, seed: tuple[int, ...]) -> MaskedBatch:
        """Mask rows.

        Args:
            ids: the ids, `(rows, length)`.
            starts: whether a word begins at each position, `(rows, length)`.
            seed: the seed of the random choices.
        """
        random = np.random.default_rng(seed)
        words = np.cumsum(starts) - 1  # the word of each character in the flattened batch
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
