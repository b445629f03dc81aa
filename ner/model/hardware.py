"""What this machine computes fastest with: device, number format, attention kernel."""

from typing import Literal, get_args

import torch

from ner.choices import PrecisionName

# Up to here eager attention in bf16 beat scaled_dot_product_attention on CPUs in training; beyond, it lost.
_EAGER_CPU_LENGTH = 256


def pick_device() -> torch.device:
    """A CUDA device if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_fast_bf16(device: torch.device) -> bool:
    """Whether matrix products in bf16 are done in hardware, so several times faster than in float32."""
    if device.type == "cpu":
        return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def use_bf16(precision: PrecisionName, device: torch.device) -> bool:
    """Whether `precision` means bf16 on this device; `auto` takes it where it is fast.

    Raises:
        ValueError: there is no such precision.
    """
    if precision not in get_args(PrecisionName):
        raise ValueError(f"expected a precision of {', '.join(get_args(PrecisionName))}, got {precision!r}")
    return precision == "bf16" or (precision == "auto" and has_fast_bf16(device))


def attention_kernel(device: torch.device, max_length: int) -> Literal["eager", "sdpa"]:
    """The faster of the two attention implementations for windows of up to `max_length` characters."""
    return "eager" if device.type == "cpu" and max_length <= _EAGER_CPU_LENGTH else "sdpa"
