"""The checkpoint of a pretraining run, in one file: weights, optimizer, position in the text, step and time."""

import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ner.files import atomic_path, damaged_file


@dataclass(frozen=True)
class Checkpoint:
    """The content of a checkpoint.

    Args:
        step: the number of finished steps.
        characters: the number of characters read.
        seconds: the time that the run has taken.
        history: the scores of each evaluation on held-out text.
        objective: the weights.
        optimizer: the state of the optimizer.
        batches: the position in the text.
    """

    step: int
    characters: int
    seconds: float
    history: list[dict[str, float]]
    objective: dict[str, Any]
    optimizer: dict[str, Any]
    batches: dict[str, Any]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint. It replaces the old one when it is complete.

    Raises:
        OSError: the disk is full, or the folder can't be written.
    """
    with atomic_path(path) as partial:
        try:
            torch.save(vars(checkpoint), partial)
        except RuntimeError as error:  # the library raises it if the disk is full
            raise OSError(
                f"can't write {path}: if the disk is full, free some space, and run it again with `resume` to continue"
            ) from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a file that `save_checkpoint` wrote. It contains only tensors, text and numbers, and no code is run.

    Raises:
        InputError: the file is damaged.
    """
    try:
        return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, EOFError, TypeError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise damaged_file(path, error, "start again with another `output`") from error
