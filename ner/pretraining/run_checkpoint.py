"""Where a run stands, in one file: weights, optimizer, stream of text, step and time."""

import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ner.errors import InputError
from ner.files import atomic_path


@dataclass(frozen=True)
class Checkpoint:
    """`step` steps and `seconds` of the run are over; `history` has what was measured on held-out text."""

    step: int
    characters: int
    seconds: float
    history: list[dict[str, float]]
    objective: dict[str, Any]
    optimizer: dict[str, Any]
    batches: dict[str, Any]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint, which replaces the one before when it is whole.

    Raises:
        OSError: the disk is full, or the folder can't be written.
    """
    with atomic_path(path) as partial:
        try:
            torch.save(vars(checkpoint), partial)
        except RuntimeError as error:  # how the library reports a full disk
            raise OSError(
                f"can't write {path}: if the disk is full, free some space and go on with `resume`"
            ) from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read what `save_checkpoint` wrote: tensors, text and numbers, never code.

    Raises:
        InputError: the file is damaged.
    """
    try:
        return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, EOFError, TypeError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is damaged: choose another `output`, and start again") from error
