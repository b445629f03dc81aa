"""The checkpoint of a pretraining run: weights, optimizer, position in the text, step and time, in one file."""

import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ner.files import damaged_file

CHECKPOINT = "checkpoint.pt"
"""The only file of a checkpoint but its manifest."""


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


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Write a checkpoint into its folder.

    Raises:
        OSError: the folder can't be written.
        RuntimeError: the disk is full.
    """
    torch.save(vars(checkpoint), folder / CHECKPOINT)


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read what `save_checkpoint` wrote. It contains only tensors, text and numbers, and no code is run.

    Raises:
        InputError: the file is damaged.
    """
    path = folder / CHECKPOINT
    try:
        return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, EOFError, TypeError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise damaged_file(path, error, "start again with another `output`") from error
