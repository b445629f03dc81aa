"""Reading JSON of unknown origin: how deep it is nested and how long its numbers are is bounded."""

import json
import re
from collections.abc import Callable
from typing import Any

# Files of annotations and models are nested less than ten deep; Python's own functions end at about a thousand.
DEEPEST = 100
# No number in such files is longer than an id of forty digits; one of 400 is no float, one of 5,000 no int for Python.
LONGEST_NUMBER = 100

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class BoundedDecoder(json.JSONDecoder):
    """As `json.JSONDecoder`, with a ValueError in plain words for what is nested too deeply and for endless numbers."""

    def __init__(self, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> None:
        super().__init__(object_pairs_hook=object_pairs_hook, parse_int=_whole_number)

    def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
        """The value that begins at `idx`, and its end."""
        too_deep = ValueError(f"it is nested more than {DEEPEST} deep")
        try:
            value, end = super().raw_decode(s, idx)
        except RecursionError:
            raise too_deep from None
        level = [value]
        for _ in range(DEEPEST):
            level = [child for parent in level for child in _children(parent) if isinstance(child, (dict, list))]
            if not level:
                return value, end
        raise too_deep


def parse_json(text: str) -> Any:
    """The value of a JSON text.

    >>> parse_json('{"types": ["LOC"]}')
    {'types': ['LOC']}

    Raises:
        ValueError: the text is not JSON, or nested more than `DEEPEST`, or a number has more than `LONGEST_NUMBER`
            digits. The message is one for users.
    """
    return _DECODER.decode(text)


def has_half_character(value: Any, text: str, start: int = 0, end: int | None = None) -> bool:
    r"""Whether a value holds half of a surrogate pair, which no file in UTF-8 can;
    `text[start:end]` is what it was read from.

    >>> has_half_character("\ud83d", r'"\ud83d"'), has_half_character("😀", r'"\ud83d\ude00"')
    (True, False)
    """
    if not _HALF.search(text, start, len(text) if end is None else end):
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits):,} digits, more than {LONGEST_NUMBER}")
    return int(digits)


def _children(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


_DECODER = BoundedDecoder()
