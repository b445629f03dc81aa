"""A copy of this process that is killed in the middle of its writing."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHANGES = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree")


def run_killed(work: Callable[[], object], folder: Path, change: int) -> int:
    """Do `work` in a copy of this process, and kill it before one of its changes in `folder`.

    Args:
        work: the work.
        folder: the folder that the work writes.
        change: the number of the change: opening, renaming or removing a file or a folder.

    Returns:
        The number of changes until it was killed, or of all if it was not.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            count = len(pipe.read())
        _, status = os.waitpid(child, 0)
        assert status in (0, signal.SIGKILL), status
        return count
    try:
        left = change

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in _CHANGES and isinstance(arguments[0], (str, Path)) and _changes(event, arguments, folder):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
                os.write(writing, b".")

        sys.addaudithook(watch)  # a hook can't be removed, but ends with this process
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def _changes(event: str, arguments: tuple[Any, ...], folder: Path) -> bool:
    if not str(arguments[0]).startswith(str(folder)):
        return False
    return event != "open" or bool((arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR))
