"""How the threads of a program wait for one another."""

import os

# Turns of a waiting thread around its loop before it gives up its core, some tens of microseconds in all: longer than
# most waits within a step of training, and short enough to leave the core to others.
_TURNS = 10_000


def spin_briefly() -> None:
    """Let PyTorch's threads give up the core soon when they wait; it counts before torch is imported.

    GNU's OpenMP, with which PyTorch comes on Linux, spins for 300,000 turns. Beside another program, the threads
    that are waited for don't get the cores that the waiting ones spin on. What the user has set stays.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(_TURNS))
