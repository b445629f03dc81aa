"""Chinese for the messages of the package: what the library says in English is translated where a person reads it.

Code raises and reports in English only. Its f-strings are the keys of `translations.zh.toml`, with {} for each value:

    "expected `{}` to be a folder, got {}" = "`{0}` 应为文件夹，而不是 {1}"
"""

import re
import sys
from functools import cache
from importlib import resources
from typing import NamedTuple

from ner.language import language

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_CUT = re.compile(r"(?<=[.?]) |: |; ")
_MARKS = {": ": "：", "; ": "；", " ": ""}
_MOST_CUTS = 12


class _Pattern(NamedTuple):
    expression: re.Pattern[str]
    chinese: str


class _Catalogue(NamedTuple):
    """Messages without values, those with values, and words that are translated as values too."""

    plain: dict[str, str]
    patterns: list[_Pattern]
    words: dict[str, str]


def translate(message: str) -> str:
    """The message in the language of the user, line by line. A line that is not in the catalogue stays as it is."""
    if language() != "zh":
        return message
    return "\n".join(map(_translate_line, message.split("\n")))


def read_tables() -> dict[str, dict[str, str]]:
    """The Chinese of each English message, by the folder whose code says it."""
    return tomllib.loads(resources.files("ner").joinpath("translations.zh.toml").read_text("utf-8"))


@cache
def _catalogue() -> _Catalogue:
    """The messages; of those with values, the one with the most text of its own comes first."""
    tables = read_tables()
    messages = {english: chinese for table in tables.values() for english, chinese in table.items()}
    plain = {english: chinese for english, chinese in messages.items() if "{}" not in english}
    with_values = sorted(messages.keys() - plain.keys(), key=lambda english: len(english.replace("{}", "")))
    patterns = [
        _Pattern(re.compile("(.*?)".join(map(re.escape, english.split("{}")))), messages[english])
        for english in reversed(with_values)
    ]
    return _Catalogue(plain, patterns, tables["values"])


def _translate_line(line: str) -> str:
    """A line that is one message, or several with marks between them, such as a place and what is wrong there."""
    inner = line.strip(" ")
    if (whole := _translate_message(inner)) is not None:
        return line.replace(inner, whole)
    cuts = [*_CUT.finditer(inner)][:_MOST_CUTS]
    for cut in cuts:
        if (tail := _translate_message(inner[cut.end() :])) is not None:
            return _translate_line(inner[: cut.start()]) + _MARKS[cut[0]] + tail
    for cut in reversed(cuts):
        if (head := _translate_message(inner[: cut.start()])) is not None:
            return head + _MARKS[cut[0]] + _translate_line(inner[cut.end() :])
    return line


def _translate_message(message: str) -> str | None:
    """The Chinese of one message, None if it has none."""
    catalogue = _catalogue()
    if message in catalogue.plain:
        return catalogue.plain[message]
    for pattern in catalogue.patterns:
        found = pattern.expression.fullmatch(message)
        if found and not (found.span(1)[0] == 0 and ": " in found[1]):  # else a place is in the first value
            return pattern.chinese.format(*map(_translate_value, found.groups()))
    return None


def _translate_value(value: str) -> str:
    """A value that is a message itself. A name such as train is not, even if a heading has the same word."""
    return _translate_line(value) if " " in value else _catalogue().words.get(value, value)
