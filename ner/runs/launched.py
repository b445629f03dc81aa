"""The place of this process among those that torchrun or accelerate launch has started."""

import os

from ner.errors import InputError

RANK, WORLD_SIZE, LOCAL_RANK = "RANK", "WORLD_SIZE", "LOCAL_RANK"


def process_number(name: str = RANK) -> int:
    """The number of this process, from 0: among all, or with `LOCAL_RANK` among those of this machine."""
    return int(os.environ.get(name, "0"))


def processes() -> int:
    """The number of processes, on all machines."""
    return int(os.environ.get(WORLD_SIZE, "1"))


def require_one_process() -> None:
    """Refuse work that several processes would do several times.

    Raises:
        InputError: torchrun or accelerate launch has started several processes.
    """
    if processes() > 1:
        raise InputError("this uses one process: start it without torchrun and accelerate launch")
