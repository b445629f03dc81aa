"""The ways in which a command ends early without a fault of the program."""


class InputError(ValueError):
    """Something a person can mend: a file, a folder, an option.

    The message names the place, says what was expected and what was found, and how to mend it. The command line
    prints it without a traceback and exits with status 2.

    >>> from ner import InputError, read_corpus
    >>> try:
    ...     read_corpus("no-such-folder")
    ... except InputError as error:
    ...     print(error)
    no-such-folder: no such file or folder
    """


class InterruptedRun(Exception):
    """The user interrupted a run that can be resumed; the message says how. The command line exits with status 130."""
