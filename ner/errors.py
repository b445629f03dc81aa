"""Exceptions that are not bugs of the program."""

from collections.abc import Sequence

_MOST_FAULTS = 20  # are shown


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
        more = len(faults) - _MOST_FAULTS
        raise InputError("\n".join([*faults[:_MOST_FAULTS], *([f"and {more:,} more"] if more > 0 else [])]))
