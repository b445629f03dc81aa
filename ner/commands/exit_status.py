"""What a command that fails says, and its exit status."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from pydantic import ValidationError

from ner.commands.help_page import TranslatedGroup
from ner.commands.messages import say
from ner.commands.signals import STOP_SIGNALS
from ner.commands.streams import check_output, output_was_closed, standard_streams
from ner.errors import InputError, InterruptedRun
from ner.extras import how_to_install
from ner.file_schema import usual_words
from ner.files import NO_ROOM
from ner.settings import likely_name
from ner.translation import translate

_EXTRA = re.compile(r"unexpected extra argument\S* \((\S+)\)")
_USUAL = ("model", "data")
"""Options whose value people write without them."""
FOUND, INPUT_WRONG, _PIPE_CLOSED = 1, 2, 141
_NOT_THERE = "no such file or folder"
_UsageError: Any = typer.BadParameter.__base__

_PARAMETERS = {"format": "from_", "WriteOptions.format": "to", "api_key": "api_key_file"}
"""The parameter of a command for a name in a message, where they differ."""


class Commands(TranslatedGroup):
    """Turns what the user can mend into one sentence and exit status 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            with standard_streams(), STOP_SIGNALS.caught():
                return super().main(*args, **extra)
        except KeyboardInterrupt:  # before the command began
            say(f"bert-ner: {translate(f'interrupted by {STOP_SIGNALS.name}')}", err=True)
            raise SystemExit(STOP_SIGNALS.status) from None

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        with self._ended_in_a_sentence(None):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:  # the Context that Typer brings with it, whose type is private
        with self._ended_in_a_sentence(ctx):
            result = super().invoke(ctx)
            check_output()
            return result

    @contextmanager
    def _ended_in_a_sentence(self, ctx: Any) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            _fail(in_words_of_options(str(error), *self._invoked(ctx)), INPUT_WRONG)
        except _UsageError as error:
            _refuse_usage(error)
        except ModuleNotFoundError as error:  # for example where only an exported tagger's packages are installed
            _fail(f"{error.name} is not installed: {how_to_install()}", INPUT_WRONG)
        except BrokenPipeError:  # the reader of our output, such as head, has seen enough: end as cat does, quietly
            raise typer.Exit(_PIPE_CLOSED) from None
        except SystemExit:  # what rich makes of a closed pipe
            if output_was_closed():
                raise typer.Exit(_PIPE_CLOSED) from None
            raise
        except MemoryError:
            _fail("there is not enough memory: give less text at once, or a smaller network", INPUT_WRONG)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            reason = _NOT_THERE if isinstance(error, FileNotFoundError) else error.strerror or error
            mend = "; free some space or write elsewhere" if error.errno in NO_ROOM else ""
            _fail(in_words_of_options(f"{place}{reason}{mend}", *self._invoked(ctx)), INPUT_WRONG)
        except InterruptedRun as error:
            _fail(in_words_of_options(str(error), *self._invoked(ctx)), STOP_SIGNALS.status)
        except KeyboardInterrupt:
            message = "what was unfinished is removed, run the same command again"
            _fail(f"interrupted by {STOP_SIGNALS.name}: {message}", STOP_SIGNALS.status)

    def _invoked(self, ctx: Any) -> list[Any]:
        """The group and its command that runs, whose options a message may name."""
        command = ctx and self.get_command(ctx, ctx.invoked_subcommand or "")
        return [self, command] if command else []


def in_words_of_options(message: str, *commands: Any) -> str:
    """A message of the library in the language of the user, with parameters as the command line spells them.

    The library writes `learning_rate`, in backticks; the user of the command knows it as --learning-rate.
    """
    names = {
        parameter.name: max(parameter.opts, key=len)
        if parameter.param_type_name == "option"
        else parameter.metavar or parameter.name.upper()
        for command in filter(None, commands)
        for parameter in command.params
    }
    names |= {name: names[parameter] for name, parameter in _PARAMETERS.items() if parameter in names}
    message = re.sub(r",? or None(?=, got )", "", message)  # on the command line, the option is left out
    return re.sub(r"`([\w.]+)`", lambda found: names.get(found[1], found[0]), translate(message))


def _refuse_usage(error: Any) -> NoReturn:
    """Say in one sentence what is wrong with the options and arguments."""
    meant = _meant(error)
    message = re.sub(r"Value error, | \(env var: 'None'\)", "", error.format_message()).rstrip(".")
    message = re.sub(r"\s*\n\s*", " ", message)
    message = message.replace("argument(s)", "argument" if _EXTRA.search(message) else "arguments")
    if not message:  # the help has been shown in its place
        raise error
    if isinstance(error.__cause__, ValidationError):
        wrong = error.__cause__.errors()[0]
        hint, found, reason = message.partition(": Input should be ")
        message = f"{hint}: expected {usual_words(reason)}, got {wrong['input']!r}" if found else message
    parameter = getattr(error, "param", None)
    if parameter and error.ctx and str(error.ctx.get_parameter_source(parameter.name)).endswith("ENVIRONMENT"):
        message = re.sub(r"for '.*?':", f"for {parameter.envvar}:", message, count=1)
    suggested = r"\.? (?:Did you mean|\(Possible options:) (.*?)[?)]*$"
    message = re.sub(suggested, "" if meant else r"; did you mean \1?", message)
    message += f"; did you mean {meant}?" * bool(meant)
    names: list[str] = []
    ctx = error.ctx
    while ctx and ctx.parent:
        names.insert(0, ctx.info_name)
        ctx = ctx.parent
    command = " ".join(["bert-ner", *names])
    option = getattr(error, "option_name", "")
    for common in error.ctx.find_root().command.params if names else ():
        if option in common.opts:
            given = f"{option}{'' if common.is_flag else ' ...'}"
            _fail(f"{option} stands before the command: bert-ner {given} {' '.join(names)}", INPUT_WRONG)
    _fail(f"{message[0].lower()}{message[1:]} ({command} --help shows all)", INPUT_WRONG)


def _meant(error: Any) -> str:
    """What may be meant by an unknown option, or by an argument that lacks its option; "" if nothing is likely."""
    parameters = [each for each in error.ctx.command.params if each.param_type_name == "option"] if error.ctx else []
    if name := getattr(error, "option_name", "") * hasattr(error, "possibilities"):
        names = {opt.lstrip("-"): opt for each in parameters for opt in (*each.opts, *each.secondary_opts)}
        likely = likely_name(name.lstrip("-"), names)
        return names[likely] if likely else ""
    if found := _EXTRA.search(error.format_message()):
        for each in parameters:
            if each.name in _USUAL and "COMMANDLINE" not in str(error.ctx.get_parameter_source(each.name)):
                return f"{max(each.opts, key=len)} {found[1]}"
    return ""


def _fail(message: str, status: int) -> NoReturn:
    say(f"bert-ner: {translate(message)}", err=True)
    raise typer.Exit(status)
