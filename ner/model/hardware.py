"""The fastest device, number format and attention kernel of this machine."""

import os
from typing import Literal, get_args

import torch

from ner.choices import PrecisionName
from ner.device import DEVICE
from ner.errors import InputError

# In training on CPUs, eager attention in bf16 was faster than scaled_dot_product_attention up to this length.
_EAGER_CPU_LENGTH = 256


def _use_one_thread() -> None:
    torch.set_num_threads(1)


# After a fork the other threads of OpenMP are gone, and a child that waits for them never ends.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_use_one_thread)


def pick_device() -> torch.device:
    """The device that was chosen, else the CUDA device if there is one, else the CPU.

    Raises:
        InputError: the device that was chosen is not there.
    """
    name = os.environ.get(DEVICE, "auto")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    is_there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not is_there.get(name.partition(":")[0]):
        raise InputError(f"PyTorch {torch.__version__} finds no `device` {name}: choose another, or install its driver")
    return torch.device(name)


def has_fast_bf16(device: torch.device) -> bool:
    """Whether the hardware multiplies matrices in bf16, which is several times faster than float32."""
    if device.type == "cpu":
        return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def use_bf16(precision: PrecisionName, device: torch.device) -> bool:
    """Whether `precision` means bf16 on this device. `auto` means bf16 if the device is fast at it.

    Raises:
        ValueError: `precision` is unknown.
    """
    if precision not in get_args(PrecisionName):
        raise ValueError(f"expected `precision` to be one of {', '.join(get_args(PrecisionName))}, got {precision!r}")
    return precision == "bf16" or (precision == "auto" and has_fast_bf16(device))


def attention_kernel(device: torch.device, max_length: int) -> Literal["eager", "sdpa"]:
    """The faster of the two attention implementations for windows of up to `max_length` characters."""
    return "eager" if device.type == "cpu" and max_length <= _EAGER_CPU_LENGTH else "sdpa"
