"""Settings of the libraries beneath PyTorch, which read them from the environment."""

import os

# Turns of a waiting thread around its loop before it gives up its core, some tens of microseconds in all: longer than
# most waits within a step of training, and short enough to leave the core to others.
_TURNS = 10_000
# More than a batch needs, for forward and back: each of its layers takes the same ones.
_PRIMITIVES = 128


def set_up_libraries() -> None:
    """Let threads that wait leave their core to others, and memory not grow with the text.

    It counts before torch is imported. What the user has set stays.

    GNU's OpenMP, with which PyTorch comes on Linux, spins for 300,000 turns. Beside another program, the threads
    that are waited for don't get the cores that the waiting ones spin on. oneDNN keeps the code of 1,024 primitives:
    of hundreds of batches, since each has a shape of its own.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(_TURNS))
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_PRIMITIVES))


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
