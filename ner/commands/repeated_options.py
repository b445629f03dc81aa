"""Refusing an option with one value that is given twice: only the last would count, in silence."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ner.errors import InputError


def refuse_repeated(command: Any, ctx: Any, arguments: Sequence[str]) -> None:
    """Look at the options of a command before it takes their values. Flags may be repeated.

    Args:
        command: the command, of a type of click, which some versions of Typer hold.
        ctx: its context.
        arguments: what follows its name.

    Raises:
        InputError: an option that takes one value has several.
    """
    if ctx.resilient_parsing:  # for the completion of a shell
        return
    _, _, given = command.make_parser(ctx).parse_args(args=[*arguments])
    for parameter, count in Counter(given).items():
        if count > 1 and parameter.param_type_name == "option" and not (parameter.multiple or parameter.is_flag):
            name = max(parameter.opts, key=len)
            raise InputError(f"{name} takes one value, and is given {count} times: give it once")
