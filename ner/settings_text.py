"""Settings as text: single values, settings files in JSON or TOML, and the tables of the manual."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, get_origin

from pydantic.fields import FieldInfo

from ner.bounded_json import BoundedDecoder, has_half_character
from ner.errors import InputError
from ner.files import read_bounded, write_json, write_text
from ner.language import Text
from ner.settings import (
    Help,
    Panel,
    Parameter,
    Search,
    Settings,
    Unset,
    bounds,
    check_value,
    describe_values,
    find_name,
    marker,
    shared_names,
    value_type,
    wrong_value,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def parse_setting(group: type[Settings], name: str, text: str) -> Any:
    """Read the value of a setting from text, for example `true`, `3e-5`, or `64,128` for several numbers.

    Raises:
        InputError: the text has the wrong type or is out of range.
    """
    field = group.__pydantic_fields__[name]
    if get_origin(value_type(field)[0]) is not tuple:
        return check_value(group, name, text.strip(), is_text=True)
    try:
        return check_value(group, name, tuple(int(part) for part in text.split(",")))
    except ValueError:
        raise wrong_value(field, name, text) from None


def show_value(value: Any) -> str:
    """Write a value as `parse_setting` reads it, for example `true` or `64,128`."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def read_settings(group: type[Settings], path: Path) -> dict[str, Any]:
    """Read settings from a JSON or TOML file, and check each value.

    Returns:
        The settings in the file, by name.

    Raises:
        InputError: the file is not JSON or TOML, a name is unknown or occurs twice, or a value is wrong. The message
            names everything that is wrong.
        OSError: the file can't be read.
    """
    settings: dict[str, Any] = {}
    wrong: list[str] = []
    for written, value in _read_pairs(path):
        try:
            name = find_name(group, written)
            if name not in shared_names(group):
                raise InputError(f"`{name}` can't be in a settings file: remove it, and pass `{name}` {value}")
            if name in settings:
                raise InputError(f"`{name}` occurs twice: remove one of them")
            settings[name] = value
            settings[name] = check_value(group, name, value)
        except InputError as error:
            wrong.append(f"{path}: {error}")
    if wrong:
        raise InputError("\n".join(wrong))
    return settings


def write_settings(settings: Settings, path: Path) -> None:
    """Write settings, without the seed, into a file that `read_settings` reads.

    Args:
        settings: the settings.
        path: the file. It is TOML if its suffix is `.toml`, otherwise JSON.

    Raises:
        OSError: the file can't be written.
    """
    content = {name: asdict(settings)[name] for name in shared_names(type(settings))}
    if path.suffix != ".toml":
        write_json(content, path)
        return
    # TOML has no null. Its strings, numbers and lists are written as in JSON.
    given = {name: value for name, value in content.items() if value is not None}
    write_text("".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in given.items()), path)


class SettingRow(NamedTuple):
    """A row of a table of settings."""

    name: str
    option: str
    values: str
    default: str
    range: Text | None
    searched: str
    help: Text
    panel: Text


def describe_settings(group: type[Settings]) -> list[SettingRow]:
    """The rows of a table of all settings of a group, in the order of their declaration."""
    rows = []
    for name, field in group.__pydantic_fields__.items():
        searched = marker(field, Search)
        rows.append(
            SettingRow(
                name,
                option_of(name, field),
                describe_values(field),
                show_value(field.default) if field.default is not None else str(marker(field, Unset) or ""),
                bounds(field),
                str(searched) if searched else "",
                marker(field, Help) or Text("", ""),
                marker(field, Panel) or Text("", ""),
            )
        )
    return rows


def option_of(name: str, field: FieldInfo) -> str:
    """The command-line option of a setting."""
    parameter = marker(field, Parameter)
    return parameter.option if parameter else "--" + name.replace("_", "-")


class _Object(dict[str, Any]):
    """A JSON object that keeps all its pairs, also those with the same key."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _read_pairs(path: Path) -> list[tuple[str, Any]]:
    try:
        text = read_bounded(path).removeprefix("\ufeff")  # which editors on Windows write
        if path.suffix == ".toml":  # the parser refuses duplicates
            return list(tomllib.loads(text).items())
        content = BoundedDecoder(_Object).decode(text)
        if has_half_character(content, text):
            raise ValueError("half a character: an escape \\ud800 to \\udfff without its pair")
    except RecursionError:
        raise InputError(f"{path}: expected a JSON object or TOML with settings, got lists in lists") from None
    except ValueError as error:  # from JSON, TOML or UTF-8
        raise InputError(f"{path}: expected a JSON object or TOML with settings ({error})") from None
    if not isinstance(content, _Object):
        raise InputError(f'{path}: expected a JSON object with settings, for example {{"epochs": 8, "fusion": "mean"}}')
    return content.pairs
