"""Environment variables for the libraries that PyTorch uses, and the number of CPU cores."""

import math
import os
import sys
from pathlib import Path
from typing import Any

# The number of times that a waiting thread checks before it releases its core. It is some tens of microseconds: longer
# than most waits in a training step, and short enough for other programs.
_TURNS = 10_000
# More primitives than a batch needs, forward and backward. All layers of a batch share them.
_PRIMITIVES = 128
_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of this process, in a container


def set_up_libraries() -> None:
    """Make waiting threads release their core, and keep memory constant. Call it before torch is imported.

    Variables that the user has set stay.

    On Linux, PyTorch uses libgomp, whose waiting threads check 300,000 times before they release their core. If other
    programs run, the waiting threads take the cores from the threads that they wait for. oneDNN caches the code of
    1,024 primitives. Each batch has its own shape, so the cache holds the primitives of hundreds of batches.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(_TURNS))
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_PRIMITIVES))


def keep_silent() -> None:
    """Keep ONNX Runtime and OpenVINO from sending anything over the network. Call it before they are imported.

    Both write a number for this user or device into a folder of the user and report their use: ONNX Runtime since 1.31,
    unless this variable is set, and OpenVINO with a package that it does without if it can't be imported.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    modules: dict[str, Any] = sys.modules
    modules.setdefault("openvino_telemetry", None)


def available_cores() -> int:
    """The number of cores that this process may use, with the quota of its container (`cpu.max`), rounded up."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _QUOTA.read_text().split()
        return min(cores, max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or "max": no quota
        return cores
