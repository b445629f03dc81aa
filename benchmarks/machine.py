"""A description of the machine for the output of benchmarks."""

import os
import platform

from ner.version import installed_version


def machine(*packages: str) -> str:
    """The processor, its number of cores, and the versions of Python and of `packages`, in one line."""
    versions = ", ".join(f"{name} {installed_version(name)}" for name in packages)
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def _processor() -> str:
    """The name of the processor from Linux, or from Python on other systems."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
