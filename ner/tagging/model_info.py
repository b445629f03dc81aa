"""What a model folder holds: architecture, training data, scores, and the weight of each encoder layer."""

import json
from pathlib import Path
from typing import Any

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.model.model_files import CONFIG, RECORD


def model_info(name: str | Path) -> dict[str, Any]:
    """The configuration and the training record of a model, named as for `Tagger.load`: `config` and `record`.

    Raises:
        InputError: there is no such folder, or one of the two is missing or damaged.
    """
    folder = model_folder(name)
    return {"config": _read(folder / CONFIG), "record": _read(folder / RECORD)}


def read_record(folder: Path) -> dict[str, Any] | None:
    """The training record of a model folder, None if it has none.

    Raises:
        InputError: it is damaged.
    """
    return _read(folder / RECORD) if (folder / RECORD).exists() else None


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"there is no {path.name} in {path.parent}: expected one that bert-ner train wrote, or {BUILT_IN_TAGGER}"
        ) from None
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}): copy it again, or train again") from error
