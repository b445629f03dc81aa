"""Settings that are declared once: name, type, default, range, help, panel and searched range stand together.

A group is a class of annotated fields. Options, checks, settings files, `--vary`, the search space and the tables in
the manual are made from it:

    @settings_group
    class CookingSettings(Settings):
        minutes: Annotated[int, Field(ge=1), Panel("Kitchen", "厨房"), Help("Cooking time.", "烹饪时间。")] = 10
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field as StandardField
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar, cast, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic.fields import FieldInfo
from typing_extensions import dataclass_transform

from ner.errors import InputError
from ner.files import atomic_writer
from ner.language import Text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
"""No value is converted, but a whole number where any number will do."""

_BOUNDS = {
    "ge": Text("at least", "至少"),
    "gt": Text("more than", "大于"),
    "le": Text("at most", "至多"),
    "lt": Text("less than", "小于"),
}
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
_Marker = TypeVar("_Marker")
_Group = TypeVar("_Group", bound="Settings")


class Help(Text):
    """What a setting does, in a line."""

    __slots__ = ()


class Panel(Text):
    """The part of a command's help that a setting stands in."""

    __slots__ = ()


class Unset(Text):
    """What None stands for, where it is the default."""

    __slots__ = ()


@dataclass(frozen=True)
class Search:
    """What `tune` tries: numbers from `low` to `high`, evenly spread in their logarithm if `log`, or some choices."""

    low: float = 0
    high: float = 0
    log: bool = False
    choices: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if self.choices:
            return ", ".join(map(str, self.choices))
        return f"{self.low:g} to {self.high:g}{' (log)' if self.log else ''}"


@dataclass(frozen=True)
class AlsoNamed:
    """Another name that files have for a setting: an older one, or that in a model's configuration."""

    name: str


@dataclass(frozen=True)
class Parameter:
    """The command's parameter and option for a setting whose own name would not do, such as `from_` and `--from`."""

    name: str
    option: str


@dataclass(frozen=True)
class PerRun:
    """Marks what tells runs with the same settings apart, such as the seed: it is no part of a settings file."""


class Settings:
    """Base of all groups of settings."""

    __dataclass_fields__: ClassVar[dict[str, StandardField[Any]]]
    __pydantic_fields__: ClassVar[dict[str, FieldInfo]]

    def __post_init__(self) -> None:
        if wrong := list(self.conflicts()):
            raise InputError("\n".join(wrong))

    def conflicts(self) -> Iterator[str]:
        """A sentence for each setting that can't be, or has no effect, with the others."""
        yield from ()

    def conflict(self, name: str, expected: str) -> str:
        """The sentence that says what a setting has to be beside the others."""
        return f"expected `{name}` to be {expected}, got {getattr(self, name)!r}"


@dataclass_transform(kw_only_default=True, frozen_default=True)
def settings_group(cls: type[_Group]) -> type[_Group]:
    """Make a class a frozen dataclass of settings that checks its values.

    Its constructor raises an InputError that tells all that is wrong.
    """
    group = cast(type[_Group], pydantic_dataclass(frozen=True, kw_only=True, config=STRICT)(cls))
    construct = group.__init__

    def __init__(self: _Group, **given: Any) -> None:
        try:
            construct(self, **given)
        except ValidationError as error:
            raise explain(error, group, given) from None

    group.__init__ = __init__  # type: ignore[assignment]
    _document(group)
    return group


def explain(error: ValidationError, group: type[Settings], given: Mapping[str, Any]) -> InputError:
    """One error with a sentence for each thing that is wrong.

    Args:
        error: what pydantic says.
        group: the settings that were to be made.
        given: the values that they were to be made of.
    """
    wrong: dict[str, str] = {}
    sentences: list[str] = []
    for one in error.errors(include_url=False):
        if not one["loc"]:  # of Settings.conflicts
            sentences += str(one["ctx"]["error"]).split("\n")
            continue
        name = str(one["loc"][0])
        if name in group.__pydantic_fields__:
            wrong.setdefault(name, _expected(group.__pydantic_fields__[name], name, one["input"]))
        else:
            wrong[name] = _unknown(group, name)
    if wrong:
        try:
            group(**{name: value for name, value in given.items() if name not in wrong})
        except InputError as others:  # count where they don't come from a default in place of a wrong value
            sentences += [line for line in str(others).split("\n") if not any(f"`{name}`" in line for name in wrong)]
    return InputError("\n".join([*wrong.values(), *sentences]))


def marker(field: FieldInfo, kind: type[_Marker]) -> _Marker | None:
    """The marker of a kind that a declaration has; the last one, so that a declaration may change a shared one."""
    return next((one for one in reversed(field.metadata) if isinstance(one, kind)), None)


def shared_names(group: type[Settings]) -> list[str]:
    """The settings that several runs can have in common: all but such as the seed."""
    return [name for name, field in group.__pydantic_fields__.items() if marker(field, PerRun) is None]


def find_name(group: type[Settings], name: str) -> str:
    """The setting that a person means by its name, its option's name or an older name.

    Raises:
        InputError: there is none.
    """
    plain = name.strip().removeprefix("--").replace("-", "_")
    for known, field in group.__pydantic_fields__.items():
        if plain == known or any(plain == one.name for one in field.metadata if isinstance(one, AlsoNamed)):
            return known
    raise InputError(_unknown(group, name))


def bounds(field: FieldInfo) -> Text | None:
    """The range of a setting in words, such as "more than 0 and at most 1"; None if it has none."""
    found = [
        Text(*(f"{word} {getattr(limit, key):,}" for word in words))
        for limit in _limits(field)
        for key, words in _BOUNDS.items()
        if hasattr(limit, key)
    ]
    return Text(" and ".join(one.en for one in found), " 且".join(one.zh for one in found)) if found else None


def full_help(field: FieldInfo) -> Text:
    """What a setting does, with its range."""
    help_, range_ = marker(field, Help) or Help("", ""), bounds(field)
    return Text(f"{help_.en[:-1]} ({range_.en}).", f"{help_.zh[:-1]}（{range_.zh}）。") if range_ else Text(*help_)


def describe_values(field: FieldInfo) -> str:
    """What values a setting takes, such as "a whole number of at least 1 or None"."""
    kind, nullable = _kind(field)
    if get_origin(kind) is Literal:
        words = f"one of {', '.join(get_args(kind))}"
    else:
        words = "whole numbers" if get_origin(kind) is tuple else _KINDS.get(kind, str(kind))
        if range_ := bounds(field):
            words += f" of {range_.en}"
    return words + " or None" * nullable


def check_value(group: type[Settings], name: str, value: Any) -> Any:
    """One setting's value by itself; whether it goes with the others is seen when they are put together.

    Raises:
        InputError: it is of the wrong type or out of its range.
    """
    return _checked(group, name, value, _adapter(group, name).validate_python)


def parse_setting(group: type[Settings], name: str, text: str) -> Any:
    """The value of a setting from text, such as `true`, `3e-5`, or `64,128` where it takes several numbers.

    Raises:
        InputError: the text is no such value, or out of its range.
    """
    if get_origin(_kind(group.__pydantic_fields__[name])[0]) is tuple:
        try:
            return check_value(group, name, tuple(int(part) for part in text.split(",")))
        except ValueError:
            raise InputError(_expected(group.__pydantic_fields__[name], name, text)) from None
    return _checked(group, name, text.strip(), _adapter(group, name).validate_strings)


def read_settings(group: type[Settings], path: Path) -> dict[str, Any]:
    """The settings that a JSON or TOML file has, by name, each checked by itself.

    Raises:
        InputError: the file is neither, or a name is unknown or given twice, or a value won't do; all of these at once.
        OSError: it can't be read.
    """
    settings: dict[str, Any] = {}
    wrong: list[str] = []
    for written, value in _read_pairs(path):
        try:
            name = find_name(group, written)
            if name not in shared_names(group):
                raise InputError(f"`{name}` is no part of a settings file: leave it out and give `{name}` {value}")
            if name in settings:
                raise InputError(f"`{name}` is there twice: leave one of them")
            settings[name] = value
            settings[name] = check_value(group, name, value)
        except InputError as error:
            wrong.append(f"{path}: {error}")
    if wrong:
        raise InputError("\n".join(wrong))
    return settings


def write_settings(settings: Settings, path: Path) -> None:
    """Write settings as `read_settings` reads them: all but the seed; TOML if `path` ends so, else JSON.

    Raises:
        OSError: the file can't be written.
    """
    content = {name: asdict(settings)[name] for name in shared_names(type(settings))}
    with atomic_writer(path) as file:
        if path.suffix == ".toml":  # has no null; its strings, numbers and lists are those of JSON
            content = {name: value for name, value in content.items() if value is not None}
            file.writelines(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in content.items())
        else:
            file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


class SettingRow(NamedTuple):
    """A row of a settings table."""

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
    """The option of the command line for a setting."""
    parameter = marker(field, Parameter)
    return parameter.option if parameter else "--" + name.replace("_", "-")


def show_value(value: Any) -> str:
    """A value as the command line and files write it: `true`, `64,128`."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _kind(field: FieldInfo) -> tuple[Any, bool]:
    """The type of a setting's values but for None, and whether that is one, too."""
    kinds = get_args(field.annotation)
    if NoneType in kinds:
        return next(kind for kind in kinds if kind is not NoneType), True
    return field.annotation, False


def _limits(field: FieldInfo) -> Iterator[Any]:
    """What bounds a setting's value, or each of its values."""
    yield from field.metadata
    for item in get_args(_kind(field)[0]):
        for one in getattr(item, "__metadata__", ()):
            yield from one.metadata if isinstance(one, FieldInfo) else [one]


def _document(group: type[Settings]) -> None:
    """Give a group a signature without markers, and a docstring with all settings, for `help()` and notebooks."""
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.annotation)
        for name, field in group.__pydantic_fields__.items()
    ]
    group.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    lines = [f"{name}: {full_help(field).en}" for name, field in group.__pydantic_fields__.items()]
    text, raises, errors = inspect.cleandoc(group.__doc__ or "").partition("Raises:")
    group.__doc__ = "\n    ".join([f"{text.rstrip()}\n\nArgs:", *lines]) + (f"\n\n{raises}{errors}" if raises else "")


def _adapter(group: type[Settings], name: str) -> TypeAdapter[Any]:
    field = group.__pydantic_fields__[name]
    annotated: Any = Annotated[(field.annotation, *field.metadata, None)]
    return TypeAdapter(annotated, config=STRICT)


def _checked(group: type[Settings], name: str, value: Any, check: Callable[[Any], Any]) -> Any:
    try:
        return check(value)
    except ValidationError:
        raise InputError(_expected(group.__pydantic_fields__[name], name, value)) from None


def _expected(field: FieldInfo, name: str, value: Any) -> str:
    expected = describe_values(field)
    if isinstance(value, float) and not isfinite(value):
        expected = expected.replace("a number", "a finite number")
    return f"expected `{name}` to be {expected}, got {repr(value)[:60]}"


def _unknown(group: type[Settings], name: str) -> str:
    names = shared_names(group)
    near = get_close_matches(name.replace("-", "_"), names, n=1)
    mend = f"did you mean `{near[0]}`?" if near else f"expected one of {', '.join(names)}"
    return f"unknown setting {name!r}: {mend}"


def _read_pairs(path: Path) -> list[tuple[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":  # refuses duplicates by itself
            return list(tomllib.loads(text).items())
        pairs = json.loads(text, object_pairs_hook=tuple)
    except ValueError as error:  # of JSON, TOML or UTF-8
        raise InputError(f"{path}: expected a JSON object or TOML with settings ({error})") from None
    if not isinstance(pairs, tuple):  # which JSON has none of: an object's pairs
        raise InputError(f'{path}: expected a JSON object with settings, such as {{"epochs": 8, "fusion": "mean"}}')
    return list(pairs)
