"""Fields of records in the output: their names beside ours, and their values."""

import datetime
import json
from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any


def names_beside(own: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """The new name of each field, so that no name is in `own` and all names are different."""
    new: dict[str, str] = {}
    for name in names:
        new[name] = name
        while new[name] in own or (new[name] != name and new[name] in names) or [*new.values()].count(new[name]) > 1:
            new[name] = f"input_{new[name]}"
    return new


def to_json(value: object) -> str:
    """JSON of a value of a table. What JSON doesn't have, such as a date in a Parquet file, is written as text."""
    try:
        return json.dumps(value, ensure_ascii=False, default=as_text, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=as_text)


def as_text(value: object) -> str:
    """A value of a table as text: dates and times as in ISO 8601.

    >>> as_text(datetime.datetime(2024, 5, 1, 8, 30)), as_text(7)
    ('2024-05-01T08:30:00', '7')
    """
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def _finite(value: Any) -> Any:
    """A value with null for NaN, which tables have for numbers that are missing, and text for endless numbers."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else str(value)
    return value


def to_cell(value: object) -> object:
    """A value for a cell of a table: lists and objects as JSON, and NUL, which no table has, as a visible character."""
    if isinstance(value, str):
        return value.replace("\0", "␀")
    return to_json(value) if isinstance(value, (dict, list)) else value
