"""Reading the configuration and the training record of a model folder."""

from pathlib import Path
from typing import Any

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.files import read_json
from ner.model.model_files import CONFIG, RECORD


def model_info(name: str | Path) -> dict[str, Any]:
    """Read the configuration and the training record of a model.

    Args:
        name: the model folder, or the name of the built-in tagger.

    Returns:
        `config` and `record`.

    Raises:
        InputError: there is no such folder, or one of the two files is missing or damaged.
    """
    folder = model_folder(name)
    return {"config": _read(folder / CONFIG), "record": _read(folder / RECORD)}


def read_record(folder: Path) -> dict[str, Any] | None:
    """The training record of a model folder; None if it has no record.

    Raises:
        InputError: the record is damaged.
    """
    return _read(folder / RECORD) if (folder / RECORD).exists() else None


def _read(path: Path) -> Any:
    try:
        return read_json(path, "copy it again, or train again")
    except FileNotFoundError:
        raise InputError(
            f"there is no {path.name} in {path.parent}: expected a folder of bert-ner train, or {BUILT_IN_TAGGER}"
        ) from None
