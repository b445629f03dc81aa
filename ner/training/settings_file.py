"""Settings of training in a file: JSON with the names of the options."""

import json
from dataclasses import asdict, fields
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ner.errors import InputError
from ner.files import atomic_writer
from ner.training.training_settings import TrainingSettings

# The seed is no part of it: it says which of several runs with the same settings this is.
_NAMES = tuple(field.name for field in fields(TrainingSettings) if field.name != "seed")
_TYPES = get_type_hints(TrainingSettings)
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", type(None): "null"}


def read_settings(path: Path) -> dict[str, Any]:
    """The settings that a file has, by name; whether they are in range is seen when they are put together.

    Raises:
        InputError: it is no JSON object, or a name is unknown or given twice, or a value is of the wrong kind.
        OSError: it can't be read.
    """
    try:
        pairs = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=tuple)
    except ValueError as error:  # of JSON or UTF-8
        raise InputError(f"{path}: expected a JSON object with settings ({error})") from None
    if not isinstance(pairs, tuple):  # which JSON has none of: an object's pairs
        raise InputError(f'{path}: expected a JSON object with settings, such as {{"epochs": 8, "fusion": "mean"}}')
    settings: dict[str, Any] = {}
    for name, value in pairs:
        if name in settings:
            raise InputError(f"{path}: {name} is there twice; leave one of them")
        settings[name] = _checked(path, name, value)
    return settings


def write_settings(settings: TrainingSettings, path: Path) -> None:
    """Write all settings but the seed, as `read_settings` reads them.

    Raises:
        OSError: the file can't be written.
    """
    with atomic_writer(path) as file:
        json.dump({name: asdict(settings)[name] for name in _NAMES}, file, ensure_ascii=False, indent=2)
        file.write("\n")


def _checked(path: Path, name: str, value: Any) -> Any:
    if name == "seed":
        raise InputError(f"{path}: the seed is no part of the settings; leave it out and pass --seed {value}")
    if name not in _NAMES:
        near = get_close_matches(name.replace("-", "_"), _NAMES, n=1)
        mend = f"did you mean {near[0]}?" if near else f"expected some of {', '.join(_NAMES)}"
        raise InputError(f"{path}: unknown setting {name!r}; {mend}")
    expected = _TYPES[name]
    if get_origin(expected) is Literal:
        if value not in get_args(expected):
            raise InputError(
                f"{path}: expected {name} to be one of {', '.join(get_args(expected))}, got {_shown(value)}"
            )
        return value
    kinds = get_args(expected) if isinstance(expected, UnionType) else (expected,)
    if type(value) is int and float in kinds:
        return float(value)
    if type(value) not in kinds:
        names = " or ".join(_KINDS[kind] for kind in kinds)
        raise InputError(f"{path}: expected {name} to be {names}, got {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]
