"""The grid of a comparison: all combinations of the values of the varied settings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from ner.errors import InputError
from ner.settings import find_name, shared_names
from ner.settings_text import parse_setting, show_value
from ner.training.loop_settings import LoopSettings
from ner.training.training_settings import TrainingSettings

ONE_SETTING = "as given"


@dataclass(frozen=True)
class Cell:
    """A combination of varied values, by the names of their options, and its settings."""

    values: dict[str, Any]
    settings: LoopSettings

    @property
    def name(self) -> str:
        """The combination for people, for example `fusion=last, lstm-layers=0`; `ONE_SETTING` if nothing varies."""
        return ", ".join(f"{name}={show_value(value)}" for name, value in self.values.items()) or ONE_SETTING

    @property
    def folder(self) -> str:
        """The combination as a folder name, "" if nothing varies. Different combinations have different names."""
        return ",".join(f"{name}={_escape(show_value(value))}" for name, value in self.values.items())


def parse_vary(arguments: Sequence[str], group: type[LoopSettings] = TrainingSettings) -> dict[str, list[Any]]:
    """Read the values of settings of a group from texts `NAME=VALUE,VALUE`, one for each setting.

    Raises:
        InputError: a setting is unknown or given twice, or a value is missing or wrong.
    """
    vary: dict[str, list[Any]] = {}
    for argument in arguments:
        option, _, texts = argument.partition("=")
        parts = [part.strip() for part in texts.split(",")]
        try:
            name = find_name(group, option)
            if name in vary:
                raise InputError(f"`{name}` is given twice: give all its values together, as {option}=VALUE,VALUE")
            if "" in parts:
                raise InputError(f"a value is empty: expected {option}=VALUE,VALUE")
            vary[name] = [parse_setting(group, name, part) for part in parts]
        except InputError as error:
            raise InputError(f"`vary` {argument}: {error}") from None
    return vary


def grid(vary: Mapping[str, Sequence[Any]], settings: LoopSettings) -> list[Cell]:
    """Build all combinations of values, in the given order. The last setting changes fastest.

    Args:
        vary: the values of each varied setting. Without any, there is one cell.
        settings: the settings that are not varied.

    Returns:
        The cells. The first one is the baseline.

    Raises:
        InputError: a setting is unknown or is the seed, or a value is given twice or wrong.
    """
    if not isinstance(vary, Mapping):
        raise InputError(f"expected `vary` to be a dict with a list of values for each setting, got {vary!r:.60}")
    axes = {find_name(type(settings), name): values for name, values in vary.items()}
    for name, values in axes.items():
        if name not in shared_names(type(settings)):
            raise InputError("`vary` seed: all cells are trained with the same seeds; set their number with `seeds`")
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise InputError(f"expected `vary` {name.replace('_', '-')} to be a list of values, got {values!r:.60}")
        for i, value in enumerate(values):
            shown = f"`vary` {name.replace('_', '-')}={show_value(value)}"
            if value in values[:i]:
                raise InputError(f"{shown}: the value is given twice")
            try:
                replace(settings, **{name: value})
            except InputError as error:
                raise InputError(f"{shown}: {error}") from None
    return [_cell(dict(zip(axes, values, strict=True)), settings) for values in product(*axes.values())]


def _cell(changes: dict[str, Any], settings: LoopSettings) -> Cell:
    return Cell({name.replace("_", "-"): value for name, value in changes.items()}, replace(settings, **changes))


def _escape(text: str) -> str:
    return re.sub(r"[^\w.+-]", lambda found: f"%{ord(found[0]):02X}", text)
