"""Pausing Python's search for reference cycles while a file is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Pause the search inside the block, or in a decorated function.

    While a reader creates hundreds of thousands of objects, the search visits all of them again and again. It took a
    third of the time to read two million lines. Objects without references are still freed.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
