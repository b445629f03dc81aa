"""Lines for the terminal, in which names of files are shown so that it doesn't obey them."""

import sys

import typer

from ner.pages.highlight import visible
from ner.runs.launched import LOCAL_RANK, RANK, process_number
from ner.translation import translate


def shown(message: str) -> str:
    r"""The message with an escape for each character that can't be seen, such as \x1b, but with its lines.

    A byte of a name that is not UTF-8 becomes an escape such as \udcd6. A name on the command line that has line ends
    stays in one line.
    """
    for given in sys.argv[1:]:
        if "\n" in given:
            message = message.replace(given, visible(given))
    return "\n".join(map(visible, message.split("\n")))


def say(message: str, *, err: bool = False) -> None:
    """Print what was done, in the language of the user, on standard output or on standard error.

    Of several processes that work together, the first one prints results, and the first one of each machine errors.
    """
    if process_number(LOCAL_RANK if err else RANK):
        return
    typer.echo(shown(translate(message)), err=err)
