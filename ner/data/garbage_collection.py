"""Python's search for reference cycles, put off while a file is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Put off the search inside the block, or in a function that is decorated with `without_cycle_search()`.

    Where hundreds of thousands of objects are made to stay, it goes through all of them again and again: on two million
    lines it took a third of the time of reading. What nothing refers to any more is freed all the same.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
