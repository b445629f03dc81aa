"""The machine and the versions of a run, for its record."""

import platform
from collections.abc import Sequence
from typing import Any

import torch

from ner.version import installed_version


def describe_environment(device: torch.device, packages: Sequence[str]) -> dict[str, Any]:
    """Describe the machine and the installed packages, ready for JSON.

    Args:
        device: the device of the network.
        packages: the packages whose versions matter for the run.

    Returns:
        `machine` and `versions`.
    """
    return {
        "machine": {
            "device": device.type,
            "processor": platform.processor() or platform.machine(),
            "threads": torch.get_num_threads(),
            "system": platform.platform(),
        },
        "versions": {"python": platform.python_version(), **{name: installed_version(name) for name in packages}},
    }
