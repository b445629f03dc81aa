"""A cache of the hidden states of a frozen encoder: computed once, stored on disk, read again in later epochs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_BYTES = torch.finfo(torch.bfloat16).bits // 8


class FeatureCache:
    """A file with the hidden states of rows, in bf16.

    The key of a row is what the encoder reads, so equal windows, in train or in dev, are computed once.

    Args:
        path: the file. An existing file is overwritten.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "wb+", buffering=0)  # noqa: SIM115  # open as long as the cache exists
        self._places: dict[bytes, tuple[int, int]] = {}  # where the states of a row are, and for how many positions
        self._end = 0

    def layers(
        self, input_ids: Tensor, attention_mask: Tensor, encode: Callable[..., Tensor], **more: Tensor
    ) -> Tensor:
        """Get hidden states from the cache, and compute those that are missing.

        Args:
            input_ids: `(batch, chars + 2)`.
            attention_mask: `(batch, chars + 2)`.
            encode: computes hidden states from ids, mask and `more`. It is called with the missing rows only. It may
                leave out the first and the last positions.
            **more: further inputs of the encoder, `(batch, chars + 2)`.

        Returns:
            The hidden states, `(batch, positions, layers, hidden)`, rounded to bf16. Those of padding are 0.

        Raises:
            OSError: the file can't be written; the disk may be full.
        """
        lengths = attention_mask.sum(dim=1).tolist()
        read = torch.stack([input_ids, *more.values()], dim=1).cpu()  # (batch, inputs, chars + 2)
        keys = [row[:, :length].numpy().tobytes() for row, length in zip(read, lengths, strict=True)]
        new = list({key: row for row, key in enumerate(keys) if key not in self._places}.values())
        if new:
            inputs = {name: tensor[new] for name, tensor in more.items()}
            states = encode(input_ids[new], attention_mask[new], **inputs).to("cpu", torch.bfloat16)
            left_out = input_ids.shape[1] - states.shape[1]
            self._shape = states.shape[2:]
            for row, state in zip(new, states, strict=True):
                kept = lengths[row] - left_out
                self._places[keys[row]] = self._append(state[:kept]), kept
        batch = [self._read(*self._places[key]) for key in keys]
        padded = torch.nn.utils.rnn.pad_sequence(batch, batch_first=True)  # (batch, positions, layers, hidden)
        autocast = torch.is_autocast_enabled(input_ids.device.type)
        return padded.to(input_ids.device, torch.bfloat16 if autocast else torch.float32)

    def __deepcopy__(self, memo: dict[int, Any]) -> "FeatureCache":
        """Copies of a network share the cache."""
        return self

    def _append(self, state: Tensor) -> int:
        place = self._end
        data = state.contiguous().view(torch.int16).numpy().tobytes()
        while data:
            written = os.pwrite(self._file.fileno(), data, self._end)
            self._end, data = self._end + written, data[written:]
        return place

    def _read(self, place: int, positions: int) -> Tensor:
        size = positions * self._shape.numel() * _BYTES
        data = bytearray(os.pread(self._file.fileno(), size, place))
        return torch.frombuffer(data, dtype=torch.bfloat16).view(positions, *self._shape)
