"""The one error that means: the input is wrong, not the program."""


class InputError(ValueError):
    """Something a person can mend: a file, a folder, an option.

    The message names the place, says what was expected and what was found, and how to mend it. The command line
    prints it without a traceback and exits with status 2.
    """
