"""Packages that only some formats need, imported when such a file is read or written."""

import importlib
from pathlib import Path
from typing import Any

from ner.errors import InputError


def import_extra(module: str, extra: str, path: Path) -> Any:
    """A module of an optional package. Raises InputError with the command that installs it if it is absent.

    `extra` is the name of the optional dependencies with that package; `path` is the file that needs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        package = module.partition(".")[0]
        raise InputError(f'{path}: {package} is not installed; pip install "bert-ner[{extra}]"') from None
