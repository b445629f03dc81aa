"""How much memory there is, and refusing what needs more before it is allocated."""

from pathlib import Path

from ner.errors import InputError

_MEMORY = Path("/proc/meminfo")
_STATUS = Path("/proc/self/status")
_CONTAINER = Path("/sys/fs/cgroup")  # of this process, in a container
_SMALL = 1 << 28  # bytes that are not worth a look


def available_memory() -> int | None:
    """The bytes that this process can still allocate, within the limit of its container; None if they are unknown."""
    try:
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):  # not Linux
        return None
    try:
        limit = int((_CONTAINER / "memory.max").read_text())
        return min(free, limit - int((_CONTAINER / "memory.current").read_text()) + _cache())
    except (OSError, ValueError):  # no container, or "max": no limit
        return free


def peak_memory() -> int | None:
    """The most bytes that this process has held in memory until now; None if they are unknown."""
    try:
        lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):  # not Linux
        return None


def _cache() -> int:
    """The bytes of files in memory, which a container counts and gives back."""
    lines = dict(line.split() for line in (_CONTAINER / "memory.stat").read_text().splitlines())
    return int(lines["inactive_file"])


def require_memory(needed: int, purpose: str, advice: str) -> None:
    """Refuse what needs more memory than there is.

    Args:
        needed: bytes.
        purpose: what needs them, with its verb, for example "the network needs".
        advice: what the user can do.

    Raises:
        InputError: there is less. The message has both sizes.
    """
    if needed <= _SMALL:
        return
    there = available_memory()
    if there is not None and needed > there:
        raise InputError(f"{purpose} {gigabytes(needed)} of memory, and {gigabytes(there)} are free: {advice}")


def gigabytes(size: int) -> str:
    """A number of bytes in words."""
    return f"{size / 2**30:,.1f} GB"
