"""Declaring and checking settings.

A setting is declared once: its name, type, default, range, help text, panel and search range are in one place. A group
of settings is a class with annotated fields. Command-line options, checks, settings files, the values of a comparison,
the search space and the tables in the manual are made from it:

    @settings_group
    class CookingSettings(Settings):
        minutes: Annotated[int, Field(ge=1), Panel("Kitchen", "厨房"), Help("Cooking time.", "烹饪时间。")] = 10
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field as StandardField
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, cast, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic.fields import FieldInfo
from typing_extensions import dataclass_transform

from ner.errors import InputError
from ner.language import Text

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
"""Values are not converted, except whole numbers to floats."""

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
    """What a setting does, in one line."""

    __slots__ = ()


class Panel(Text):
    """The part of a command's help that shows a setting."""

    __slots__ = ()


class Unset(Text):
    """What the default None means."""

    __slots__ = ()


@dataclass(frozen=True)
class Search:
    """The values that `tune` tries.

    Args:
        low: the lowest number.
        high: the highest number.
        log: whether the logarithms of the numbers are uniformly distributed.
        choices: the values to choose from, in place of a range.
    """

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
    """Another name of a setting in files: an older name, or the name in the configuration of a model."""

    name: str


@dataclass(frozen=True)
class Parameter:
    """The parameter and option of a command if they differ from the name, for example `from_` and `--from`."""

    name: str
    option: str


@dataclass(frozen=True)
class PerRun:
    """Marks a setting that differs between runs of one experiment, for example the seed. Files leave it out."""


class Settings:
    """The base class of all groups of settings."""

    __dataclass_fields__: ClassVar[dict[str, StandardField[Any]]]
    __pydantic_fields__: ClassVar[dict[str, FieldInfo]]

    def __post_init__(self) -> None:
        if wrong := list(self.conflicts()):
            raise InputError("\n".join(wrong))

    def conflicts(self) -> Iterator[str]:
        """A message for each setting that contradicts other settings, or has no effect because of them."""
        yield from ()

    def conflict(self, name: str, expected: str) -> str:
        """The message for a setting that doesn't fit the other settings. `expected` says which value would fit."""
        return f"expected `{name}` to be {expected}, got {getattr(self, name)!r}"


@dataclass_transform(kw_only_default=True, frozen_default=True)
def settings_group(cls: type[_Group]) -> type[_Group]:
    """Decorate a class: make it a frozen dataclass of settings that checks its values.

    The constructor raises an InputError that names all wrong values.
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
    """Turn an error of pydantic into one InputError with a line for each wrong value.

    Args:
        error: the error of pydantic.
        group: the class whose constructor failed.
        given: the arguments of the constructor.
    """
    wrong: dict[str, str] = {}
    sentences: list[str] = []
    for one in error.errors(include_url=False):
        if not one["loc"]:  # from Settings.conflicts
            sentences += str(one["ctx"]["error"]).split("\n")
            continue
        name = str(one["loc"][0])
        if name in group.__pydantic_fields__:
            wrong.setdefault(name, str(wrong_value(group.__pydantic_fields__[name], name, one["input"])))
        else:
            wrong[name] = _unknown(group, name)
    if wrong:
        try:
            group(**{name: value for name, value in given.items() if name not in wrong})
        except InputError as others:  # those that name a wrong value are about its default, so leave them out
            sentences += [line for line in str(others).split("\n") if not any(f"`{name}`" in line for name in wrong)]
    return InputError("\n".join([*wrong.values(), *sentences]))


def marker(field: FieldInfo, kind: type[_Marker]) -> _Marker | None:
    """The marker of type `kind` in a declaration, None if there is none.

    If there are several, the last one counts: a declaration can override the marker of a shared annotation.
    """
    return next((one for one in reversed(field.metadata) if isinstance(one, kind)), None)


def shared_names(group: type[Settings]) -> list[str]:
    """The names of the settings that runs can share: all except those marked with `PerRun`."""
    return [name for name, field in group.__pydantic_fields__.items() if marker(field, PerRun) is None]


def find_name(group: type[Settings], name: str) -> str:
    """Find a setting by its name, its option or an older name, and return its name.

    Raises:
        InputError: there is no such setting.
    """
    plain = name.strip().removeprefix("--").replace("-", "_")
    for known, field in group.__pydantic_fields__.items():
        if plain == known or any(plain == one.name for one in field.metadata if isinstance(one, AlsoNamed)):
            return known
    raise InputError(_unknown(group, name))


def likely_name(name: str, names: Iterable[str]) -> str | None:
    """The name that a misspelt or abbreviated one stands for, None if no name is like it.

    >>> likely_name("lr", ["epochs", "learning_rate"]), likely_name("epoch", ["epochs", "learning_rate"])
    ('learning_rate', 'epochs')
    """
    plain = name.replace("-", "_")
    known = {each.replace("-", "_"): each for each in names}
    short = (each for each in known if "_" in each and plain == "".join(word[:1] for word in each.split("_")))
    near = next(short, None) or next(iter(get_close_matches(plain, known, n=1)), None)
    return known[near] if near else None


def bounds(field: FieldInfo) -> Text | None:
    """The range of a setting in words, for example "1 to 64" or "more than 0"; None if it has no range."""
    limits = {key: getattr(limit, key) for limit in _limits(field) for key in _BOUNDS if hasattr(limit, key)}
    if limits.keys() == {"ge", "le"}:
        return Text(f"{limits['ge']:,} to {limits['le']:,}", f"{limits['ge']:,} 到 {limits['le']:,}")
    found = [Text(*(f"{word} {limit:,}" for word in _BOUNDS[key])) for key, limit in limits.items()]
    return Text(" and ".join(one.en for one in found), " 且".join(one.zh for one in found)) if found else None


def full_help(field: FieldInfo) -> Text:
    """The help text of a setting, with its range at the end of the first sentence."""
    help_, range_ = marker(field, Help) or Help("", ""), bounds(field)
    if range_ is None:
        return Text(*help_)
    en = re.sub(r"\.(?= |$)", lambda _: f" ({range_.en}).", help_.en, count=1)
    return Text(en, help_.zh.replace("。", f"（{range_.zh}）。", 1))


def describe_values(field: FieldInfo) -> str:
    """The values of a setting in words, for example "a whole number of at least 1 or None"."""
    kind, nullable = value_type(field)
    if get_origin(kind) is Literal:
        words = f"one of {', '.join(get_args(kind))}"
    else:
        words = "whole numbers" if get_origin(kind) is tuple else _KINDS.get(kind, str(kind))
        if range_ := bounds(field):
            words += f" {'from' if range_.en[0].isdigit() else 'of'} {range_.en}"
    return words + " or None" * nullable


def check_value(group: type[Settings], name: str, value: Any, *, is_text: bool = False) -> Any:
    """Check the value of one setting. The other settings are not looked at.

    Args:
        group: the group of the setting.
        name: the name of the setting.
        value: its value.
        is_text: whether `value` is a text to convert, for example `3e-5`.

    Returns:
        The value, converted if it is a text.

    Raises:
        InputError: the value has the wrong type or is out of range.
    """
    field = group.__pydantic_fields__[name]
    annotated: Any = Annotated[(field.annotation, *field.metadata, None)]
    adapter: TypeAdapter[Any] = TypeAdapter(annotated, config=STRICT)
    try:
        return adapter.validate_strings(value) if is_text else adapter.validate_python(value)
    except ValidationError:
        raise wrong_value(field, name, value) from None


def wrong_value(field: FieldInfo, name: str, value: Any) -> InputError:
    """The error for a value that a setting doesn't take."""
    expected = describe_values(field)
    if isinstance(value, float) and not isfinite(value):
        expected = expected.replace("a number", "a finite number")
    return InputError(f"expected `{name}` to be {expected}, got {repr(value)[:60]}")


def value_type(field: FieldInfo) -> tuple[Any, bool]:
    """The type of a setting without None, and whether None is a value too."""
    kinds = get_args(field.annotation)
    if NoneType in kinds:
        return next(kind for kind in kinds if kind is not NoneType), True
    return field.annotation, False


def _limits(field: FieldInfo) -> Iterator[Any]:
    """The limits of a setting's value, or of each number if it takes several."""
    yield from field.metadata
    for item in get_args(value_type(field)[0]):
        for one in getattr(item, "__metadata__", ()):
            yield from one.metadata if isinstance(one, FieldInfo) else [one]


def _document(group: type[Settings]) -> None:
    """Set a signature without markers and a docstring with all settings, for `help()` and notebooks."""
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.annotation)
        for name, field in group.__pydantic_fields__.items()
    ]
    group.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    lines = [f"{name}: {full_help(field).en}" for name, field in group.__pydantic_fields__.items()]
    text, raises, errors = inspect.cleandoc(group.__doc__ or "").partition("Raises:")
    group.__doc__ = "\n    ".join([f"{text.rstrip()}\n\nArgs:", *lines]) + (f"\n\n{raises}{errors}" if raises else "")


def _unknown(group: type[Settings], name: str) -> str:
    names = shared_names(group)
    near = likely_name(name, names)
    advice = f"did you mean `{near}`?" if near else f"expected one of {', '.join(names)}"
    return f"unknown setting {name!r}: {advice}"
