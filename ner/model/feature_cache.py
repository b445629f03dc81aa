"""The features of a frozen encoder: computed once, kept on disk, read again in every later epoch."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_BYTES = torch.finfo(torch.bfloat16).bits // 8


class FeatureCache:
    """Hidden states of the characters of rows that were seen before, in bf16 in a file.

    A row is known by its ids, so windows that occur again, in training or in dev, are never computed twice.

    Args:
        path: of the file, which is made anew.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "wb+", buffering=0)  # noqa: SIM115  # it lives as long as the cache
        self._places: dict[bytes, int] = {}
        self._end = 0

    def layers(self, input_ids: Tensor, attention_mask: Tensor, encode: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """What `encode` gives for these rows, `(batch, chars, layers, hidden)`, but for the rounding to bf16.

        `input_ids` and `attention_mask` are `(batch, chars + 2)`; the states of padding are 0. Only rows that are not
        yet known go through `encode`.

        Raises:
            OSError: the file can't be written; the disk may be full.
        """
        lengths = attention_mask.sum(dim=1).tolist()
        keys = [ids[:length].numpy().tobytes() for ids, length in zip(input_ids.cpu(), lengths, strict=True)]
        new = list({key: row for row, key in enumerate(keys) if key not in self._places}.values())
        if new:
            states = encode(input_ids[new], attention_mask[new]).to("cpu", torch.bfloat16)
            self._shape = states.shape[2:]
            for row, state in zip(new, states, strict=True):
                self._places[keys[row]] = self._append(state[: lengths[row] - 2])
        batch = [self._read(self._places[key], length - 2) for key, length in zip(keys, lengths, strict=True)]
        padded = torch.nn.utils.rnn.pad_sequence(batch, batch_first=True)  # (batch, chars, layers, hidden)
        autocast = torch.is_autocast_enabled(input_ids.device.type)
        return padded.to(input_ids.device, torch.bfloat16 if autocast else torch.float32)

    def __deepcopy__(self, memo: dict[int, Any]) -> "FeatureCache":
        """The copy of a network reads the same features."""
        return self

    def _append(self, state: Tensor) -> int:
        place = self._end
        data = state.contiguous().view(torch.int16).numpy().tobytes()
        while data:
            written = os.pwrite(self._file.fileno(), data, self._end)
            self._end, data = self._end + written, data[written:]
        return place

    def _read(self, place: int, chars: int) -> Tensor:
        size = chars * self._shape.numel() * _BYTES
        data = bytearray(os.pread(self._file.fileno(), size, place))
        return torch.frombuffer(data, dtype=torch.bfloat16).view(chars, *self._shape)
