"""What is to be compared: from `--vary NAME=VALUE,VALUE` to all combinations of the values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any, get_type_hints

from ner.errors import InputError
from ner.training.training_settings import TrainingSettings

Value = str | int | float

_TYPES = get_type_hints(TrainingSettings)
_NUMBERS: tuple[tuple[type[int] | type[float], str], ...] = ((int, "a whole number"), (float, "a number"))


@dataclass(frozen=True)
class Cell:
    """One combination of the varied values, by the names of their options, and the settings that it makes."""

    values: dict[str, Value]
    settings: TrainingSettings

    @property
    def name(self) -> str:
        """The combination as people read it: `fusion=last, lstm-layers=0`."""
        return ", ".join(f"{name}={value}" for name, value in self.values.items())

    @property
    def folder(self) -> str:
        """The combination as the name of a folder; another for each, whatever is in the values."""
        return ",".join(f"{name}={_escape(str(value))}" for name, value in self.values.items())


def grid(vary: Sequence[str], settings: TrainingSettings) -> list[Cell]:
    """All combinations of the values of `vary`, in the order given, the last one changing fastest.

    What isn't varied is as in `settings`. The first cell is the baseline of the comparison.

    Raises:
        InputError: an option is unknown or given twice, or a value is missing, repeated or out of its range.
    """
    axes: dict[str, list[Value]] = {}
    for argument in vary:
        name, values = _parse(argument, settings)
        if name in axes:
            raise InputError(f"--vary {name} is given twice: give all its values at once, as {name}=VALUE,VALUE")
        axes[name] = values
    return [_cell(dict(zip(axes, values, strict=True)), settings) for values in product(*axes.values())]


def _cell(changes: dict[str, Any], settings: TrainingSettings) -> Cell:
    return Cell({name.replace("_", "-"): value for name, value in changes.items()}, replace(settings, **changes))


def _parse(argument: str, settings: TrainingSettings) -> tuple[str, list[Value]]:
    option, _, texts = argument.partition("=")
    name = option.strip().replace("-", "_")
    known = [field.name for field in fields(TrainingSettings) if field.name != "seed"]
    if name == "seed":
        raise InputError(f"--vary {argument}: every cell is trained with the same seeds; say how many by --seeds")
    if name not in known:
        names = ", ".join(known).replace("_", "-")
        raise InputError(f"--vary {argument}: expected NAME=VALUE,VALUE with NAME one of {names}")
    values: list[Value] = []
    for text in (part.strip() for part in texts.split(",")):
        if not text:
            raise InputError(f"--vary {argument}: a value is empty; expected {option}=VALUE,VALUE")
        value = _convert(argument, name, text)
        if value in values:
            raise InputError(f"--vary {argument}: the value {value} is given twice")
        try:
            _cell({name: value}, settings)
        except InputError as error:
            raise InputError(f"--vary {argument}: {error}") from None
        values.append(value)
    return name, values


def _convert(argument: str, name: str, text: str) -> Value:
    for number, expected in _NUMBERS:
        if _TYPES[name] in (number, number | None):
            try:
                return number(text)
            except ValueError:
                raise InputError(f"--vary {argument}: expected {expected}, got {text}") from None
    return text


def _escape(text: str) -> str:
    return re.sub(r"[^\w.+-]", lambda found: f"%{ord(found[0]):02X}", text)
