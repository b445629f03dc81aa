"""Reading the configuration and the training record of a model folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.model.model_files import CONFIG, RECORD, WEIGHTS
from ner.model.stored_config import read_config
from ner.model.stored_record import read_training_record
from ner.model.stored_weights import check_sizes, read_shapes


def model_info(name: str | Path) -> dict[str, Any]:
    """Read the configuration and the training record of a model.

    Args:
        name: the model folder, or the name of the built-in tagger.

    Returns:
        `config` and `record`.

    Raises:
        InputError: there is no such folder, or one of the two files or the weights are missing or damaged.
    """
    folder = model_folder(name)
    found = {"config": _read(folder / CONFIG, read_config), "record": _read(folder / RECORD, read_training_record)}
    check_sizes(found["config"], _read(folder / WEIGHTS, read_shapes), folder / WEIGHTS)
    return found


def read_record(folder: Path) -> dict[str, Any] | None:
    """The training record of a model folder; None if it has no record.

    Raises:
        InputError: the record is damaged.
    """
    return read_training_record(folder / RECORD) if (folder / RECORD).exists() else None


def _read(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except FileNotFoundError:
        raise InputError(
            f"there is no {path.name} in {path.parent}: expected a folder of bert-ner train, or {BUILT_IN_TAGGER}"
        ) from None
