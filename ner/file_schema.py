"""Checking what a JSON file contains: one sentence with the file, the field, what was expected and what was found."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ner.errors import InputError

_LONGEST = 60  # characters of a value in a message
# What pydantic calls types and ranges, and what people call them.
_WORDS = {
    r"a valid string": "a text",
    r"a valid integer.*": "a whole number",
    r"a valid number.*": "a number",
    r"a valid boolean": "true or false",
    r"a valid list": "a list",
    r"a valid dictionary.*": "an object",
    r"greater than or equal to": "at least",
    r"less than or equal to": "at most",
    r"greater than": "more than",
    r"\bNone\b": "null",
    r"\bTrue\b": "true",
    r"\bFalse\b": "false",
}

_Schema = TypeVar("_Schema", bound="FileSchema")


class FileSchema(BaseModel):
    """Base of the schemas. Values are not converted, and fields without a declaration may have any value."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, extra="allow")


def _distinct(values: list[str]) -> list[str]:
    if twice := [value for value in values if values.count(value) > 1]:
        raise ValueError(f"expected each value once, got {twice[0]!r} twice")
    return values


Name = Annotated[str, Field(min_length=1)]
Names = Annotated[list[Name], Field(min_length=1, max_length=100_000), AfterValidator(_distinct)]
"""Texts that are not empty and all different."""
Character = Annotated[str, Field(min_length=1, max_length=1)]


def check_file(schema: type[_Schema], content: Any, path: Path | str, advice: str) -> _Schema:
    """Check the content of a JSON file.

    Args:
        schema: what is expected.
        content: what the file contains.
        path: the file.
        advice: what the user can do if the file is damaged.

    Raises:
        InputError: a field is missing or has a value that is not allowed. The message ends with the advice.
    """
    try:
        return schema.model_validate(content)
    except UnicodeEncodeError:  # pydantic can't write a message with it
        raise InputError(f"{path} is damaged (a text has half of a surrogate pair): {advice}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{path} is damaged ({place}{': ' * bool(place)}{_describe(first)}): {advice}") from None


def usual_words(message: str) -> str:
    """What pydantic expected, in words that people use: "a valid integer" is "a whole number"."""
    expected = message.removeprefix("Input should be ")
    for theirs, ours in _WORDS.items():
        expected = re.sub(theirs, ours, expected)
    return expected


class _Format(FileSchema):
    format_version: Annotated[int, Field(ge=1)] = 1


def check_format(content: Any, newest: int, path: Path | str, advice: str) -> None:
    """Check the version of a format. Call it before `check_file`: a newer format may have other fields.

    Raises:
        InputError: the version is no number, or newer than `newest`.
    """
    version = check_file(_Format, content, path, advice).format_version
    if version > newest:
        raise InputError(f"{path} is of format {version}, this bert-ner reads up to {newest}: install a newer bert-ner")


def _describe(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "missing":
        return "expected a value, found none"
    if fault["type"] == "value_error":  # from a validator of ours
        return str(fault["ctx"]["error"])
    if fault["type"] == "extra_forbidden":
        return "unknown field"
    if fault["type"] == "too_short":
        few, found = fault["ctx"]["min_length"], fault["ctx"]["actual_length"] or "none"
        return f"expected at least {few} item{'s' * (few > 1)}, found {found}"
    if fault["type"] == "too_long":
        return f"expected at most {fault['ctx']['max_length']} items, found more"
    expected = usual_words(str(fault["msg"]))
    found = fault["input"]
    if isinstance(found, (dict, list)):
        return f"expected {expected}, found {'an object' if isinstance(found, dict) else 'a list'}"
    shown = json.dumps(found, default=str)[:_LONGEST]
    return f"expected {expected}, found {shown}"
