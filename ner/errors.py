"""Exceptions that are not bugs of the program."""

import re
from collections.abc import Iterable, Sequence

_MOST_FAULTS = 20  # are shown
_PLACE = re.compile(r"(.+?):(\d+): (.+)", re.DOTALL)


class InputError(ValueError):
    """An error in the input that the user can fix: in a file, a folder or a parameter.

    The message contains the place, what was expected, what was found, and how to fix it. Parameters are in backticks,
    by their names in Python. The command line prints the message without a traceback and exits with status 2.

    >>> from ner import InputError, read_corpus
    >>> try:
    ...     read_corpus("no-such-folder")
    ... except InputError as error:
    ...     print(error)
    no-such-folder: no such file or folder
    """


class NotFiniteError(InputError):
    """A network computes scores that are infinite or no numbers."""


class MissingPackage(InputError):
    """An optional package is not installed. The message has the command that installs it."""


class FolderInUse(InputError):
    """Another run uses the folder."""


class InterruptedRun(Exception):
    """The user interrupted a run. The message says how to resume it. The command line exits with status 130."""


def raise_faults(faults: Sequence[str]) -> None:
    """Report all faults at once.

    Raises:
        InputError: there are some. The message has the first ones and the number of the others.
    """
    if faults:
        told = join_equal(faults)
        more = len(told) - _MOST_FAULTS
        raise InputError("\n".join([*told[:_MOST_FAULTS], *([f"and {more:,} more"] if more > 0 else [])]))


def join_equal(faults: Iterable[str]) -> list[str]:
    """Messages with their places, where those that say the same about several lines of a file are one.

    >>> join_equal([f"a.txt:{line}: one column" for line in (3, 8, 9, 12)] + ["b.txt:1: one column"])
    ['a.txt:3 (and lines 8, 9 and 1 more): one column', 'b.txt:1: one column']
    """
    lines: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        found = _PLACE.fullmatch(fault)
        path, line, message = found.groups() if found else ("", "", fault)
        lines.setdefault((path, message), []).append(line)
    return [
        f"{path}:{numbers[0]}{_others(numbers[1:])}: {message}" if path else message
        for (path, message), numbers in lines.items()
    ]


def _others(numbers: Sequence[str]) -> str:
    if len(numbers) < 2:
        return f" (and line {numbers[0]})" if numbers else ""
    first, second, *more = numbers
    return f" (and lines {first}, {second} and {len(more):,} more)" if more else f" (and lines {first} and {second})"
