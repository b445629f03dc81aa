"""What makes a command of a function: its help in English and Chinese, and examples."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ner.commands.options import with_settings
from ner.commands.streams import go_on_without_output
from ner.commands.terminal import open_terminal
from ner.language import Text


class Command(NamedTuple):
    """A function that Typer calls, what it does, and lines to copy from its help.

    If it has commands of its own, the function takes their common options.
    """

    run: Callable[..., None]
    help: Text
    examples: Sequence[str]
    commands: "Sequence[Command]" = ()

    @property
    def name(self) -> str:
        """Its name on the command line."""
        return self.run.__name__.replace("_", "-")


def command_group(*, zh: str, commands: Sequence[Command]) -> Callable[[Callable[..., None]], Command]:
    """Make a group of commands of a function whose docstring is the English help, and which takes common options.

    Args:
        zh: the help in Chinese.
        commands: the commands.
    """

    def declare(function: Callable[..., None]) -> Command:
        return Command(function, Text(inspect.cleandoc(function.__doc__ or ""), zh), commands[0].examples, commands)

    return declare


def command(
    *, zh: str, examples: Sequence[str], makes_files: bool = False, **groups: Callable[..., Any]
) -> Callable[[Callable[..., None]], Command]:
    """Make a command of a function whose docstring is the English help, and which takes a `terminal`.

    Args:
        zh: the help in Chinese.
        examples: one or two command lines.
        makes_files: whether its result are files, so that it goes on when nobody reads its standard output.
        **groups: as for `with_settings`.
    """

    def declare(function: Callable[..., None]) -> Command:
        @functools.wraps(function)
        def run(**given: Any) -> None:
            if makes_files:
                go_on_without_output()
            function(**given)

        help_ = Text(inspect.cleandoc(function.__doc__ or ""), zh)
        return Command(with_settings(**groups, terminal=open_terminal)(run), help_, examples)

    return declare
