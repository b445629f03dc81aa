"""A lock on the output folder of a long run. The system removes it when its process ends, however it ends."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ner.errors import FolderInUse, InputError
from ner.runs.progress import LOGGER

LOCK = ".lock"
_IN_USE = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_LONGEST_FILE = "x" * 80
"""As long as the longest path of a file that a run writes into its folder."""


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Make sure that a run can write into `folder`, and that no other run does while the block runs.

    Raises:
        InputError: the folder is a file, can't be written, or another run uses it.
    """
    try:
        is_new = not folder.exists()
        if not is_new and not folder.is_dir():
            raise InputError(f"expected `output` to be a folder, got the file {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            (folder / _LONGEST_FILE).lstat()  # a path can be too long for the system
        file = _open_locked(folder / LOCK)
    except OSError as error:
        raise InputError(f"can't write into {folder} ({error.strerror}): choose another `output`") from error
    try:
        yield
    finally:
        if os.name == "nt":  # which doesn't remove open files
            file.close()
        with suppress(OSError):
            (folder / LOCK).unlink()
        file.close()
        if is_new:
            with suppress(OSError):  # it is kept if the run wrote something
                folder.rmdir()


def _open_locked(path: Path) -> IO[str]:
    while True:
        file = path.open("a")
        try:
            _lock(file.fileno())
            # The run before may have removed the file after it was opened here.
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno in _IN_USE:
                file.close()
                raise FolderInUse(
                    f"another run uses {path.parent} now: wait until it ends, or choose another `output`"
                ) from None
            LOGGER.info("%s can't be locked (%s): start no second run in it", path.parent, error.strerror)
            return file  # some network file systems have no locks
        file.close()


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
