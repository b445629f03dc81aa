"""What a command that fails says, and its exit status."""

import errno
import os
import re
import sys
from typing import Any, NoReturn

import typer

from ner.commands.help_page import TranslatedGroup
from ner.errors import InputError, InterruptedRun
from ner.extras import how_to_install

FOUND, INPUT_WRONG, _INTERRUPTED = 1, 2, 130
_UsageError: Any = typer.BadParameter.__base__

_PARAMETERS = {"format": "from_", "WriteOptions.format": "to"}
"""The parameter of a command for a name in a message, where they differ."""


class Commands(TranslatedGroup):
    """Turns what the user can mend into one sentence and exit status 2."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except _UsageError as error:
            _refuse_usage(error)

    def invoke(self, ctx: Any) -> Any:  # the Context that Typer brings with it, whose type is private
        try:
            return super().invoke(ctx)
        except InputError as error:
            _fail(in_words_of_options(str(error), self._invoked(ctx)), INPUT_WRONG)
        except _UsageError as error:
            _refuse_usage(error)
        except ModuleNotFoundError as error:  # for example where only an exported tagger's packages are installed
            _fail(f"{error.name} is not installed: {how_to_install()}", INPUT_WRONG)
        except BrokenPipeError:  # the reader of our output, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            mend = (
                "; free some space or write elsewhere"
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
                else ""
            )
            _fail(f"{place}{error.strerror or error}{mend}", INPUT_WRONG)
        except InterruptedRun as error:
            _fail(in_words_of_options(str(error), self._invoked(ctx)), _INTERRUPTED)
        except KeyboardInterrupt:
            _fail("interrupted", _INTERRUPTED)

    def _invoked(self, ctx: Any) -> Any:
        return self.get_command(ctx, ctx.invoked_subcommand or "")


def in_words_of_options(message: str, command: Any) -> str:
    """A message of the library, with the names of parameters as the command line spells them.

    The library writes `learning_rate`, in backticks; the user of the command knows it as --learning-rate.
    """
    options = {
        parameter.name: max(parameter.opts, key=len)
        for parameter in (command.params if command else ())
        if parameter.param_type_name == "option"
    }
    options |= {name: options[parameter] for name, parameter in _PARAMETERS.items() if parameter in options}
    return re.sub(r"`([\w.]+)`", lambda found: options.get(found[1], found[0]), message)


def _refuse_usage(error: Any) -> NoReturn:
    """Say in one sentence what is wrong with the options and arguments."""
    message = re.sub(r"Value error, | \(env var: 'None'\)", "", error.format_message()).rstrip(".")
    if not message:  # the help has been shown in its place
        raise error
    message = re.sub(r"\.? (?:Did you mean|\(Possible options:) (.*?)[?)]*$", r"; did you mean \1?", message)
    command = f"bert-ner {error.ctx.info_name}" if error.ctx and error.ctx.parent else "bert-ner"
    _fail(f"{message[0].lower()}{message[1:]} ({command} --help shows all)", INPUT_WRONG)


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"bert-ner: {message}", err=True)
    raise typer.Exit(status)
