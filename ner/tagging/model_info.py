"""Reading the configuration and the training record of a model folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ner.built_in import model_folder
from ner.characters.character_table import CharacterTable
from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.model.model_files import CHARACTERS, CONFIG, RECORD, WEIGHTS
from ner.model.require_model import WRITE_ONE, require_model_folder, require_whole_model
from ner.model.stored_config import ADVICE, read_config
from ner.model.stored_record import read_training_record
from ner.model.stored_weights import check_sizes, read_shapes
from ner.runtime.exported_folder import is_exported, load_exported


def model_info(name: str | Path) -> dict[str, Any]:
    """Read the configuration and the training record of a model.

    Args:
        name: the model folder, or the name of the built-in tagger.

    Returns:
        `config` and `record`.

    Raises:
        InputError: there is no such folder, it holds an exported tagger or an unfinished run, or a file is missing or
            damaged.
    """
    folder = model_folder(name)
    require_model_folder(folder, WRITE_ONE)
    if is_exported(folder):
        raise InputError(f"{folder} contains an exported tagger: give the model folder that it was exported from")
    require_whole_model(folder)
    found = {"config": _read(folder / CONFIG, read_config), "record": _read(folder / RECORD, read_training_record)}
    check_sizes(found["config"], _read(folder / WEIGHTS, read_shapes), folder / WEIGHTS)
    return found


def read_types(name: str | Path) -> tuple[list[str], CharacterTable]:
    """Read the types and the characters of a model or of an exported tagger, without its network.

    Args:
        name: as for `model_info`.

    Raises:
        InputError: there is no such folder, or a file is missing or damaged.
    """
    folder = model_folder(name)
    if is_exported(folder):
        exported, table = load_exported(folder)
        return exported.types, table
    types: list[str] = _read(folder / CONFIG, read_config)["types"]
    return types, _read(folder / CHARACTERS, lambda path: CharacterTable.load(path, ADVICE))


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
