"""Help pages in the user's language, with the words that Typer itself puts into them."""

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from ner.commands.repeated_options import refuse_repeated
from ner.language import Text, language

OPTIONS, COMMAND = Text("[OPTIONS]", "[选项]"), Text("COMMAND [ARGS]...", "命令 [参数]...")
"""Placeholders in the line of usage."""

_TITLES = {  # by their names in typer.rich_utils
    "ARGUMENTS_PANEL_TITLE": Text("Arguments", "参数"),
    "OPTIONS_PANEL_TITLE": Text("Options", "选项"),
    "COMMANDS_PANEL_TITLE": Text("Commands", "命令"),
    "DEFAULT_STRING": Text("[default: {}]", "[默认：{}]"),
    "REQUIRED_LONG_STRING": Text("[required]", "[必填]"),
}
_OPTIONS = {  # that Typer adds
    "help": Text("Show this message and exit.", "显示帮助并退出。"),
    "install_completion": Text("Install completion for the current shell.", "为当前 shell 安装命令补全。"),
    "show_completion": Text("Print the completion script for the current shell.", "打印当前 shell 的补全脚本。"),
}
_CHINESE = "\u2e80-\u9fff\uff00-\uffef"
_NEVER_FIRST = "，。；：、！？）…"


class TranslatedCommand(TyperCommand):
    """A command whose help is in one language throughout."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        refuse_repeated(self, ctx, args)
        return list(super().parse_args(ctx, args))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # types of click, which some versions of Typer hold
        _translate(self.get_params(ctx))
        super().format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(ctx, self.collect_usage_pieces(ctx), formatter)


class TranslatedGroup(TyperGroup):
    """A group of commands whose help is in one language throughout."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        refuse_repeated(self, ctx, args)
        return list(super().parse_args(ctx, args))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self.get_params(ctx))
        super().format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(ctx, self.collect_usage_pieces(ctx), formatter)


def _translate(parameters: list[Any]) -> None:
    from rich import _wrap
    from typer import rich_utils

    class Folding(rich_utils.OptionHighlighter):
        def highlight(self, text: Any) -> None:
            super().highlight(text)
            text.overflow = "fold"  # else names of options that are too long for their column are cut off

    rich_utils.highlighter = Folding()
    if language() == "zh":  # else a Chinese sentence is one long word to rich
        _wrap.re_word = re.compile(rf"\s*[（“]*(?:[^\s{_CHINESE}]+|[{_CHINESE}])[{_NEVER_FIRST}]*\s*")
    for name, text in _TITLES.items():
        setattr(rich_utils, name, str(text))
    for parameter in parameters:
        if text_ := _OPTIONS.get(parameter.name):
            parameter.help = str(text_)


def _write_usage(ctx: Any, pieces: list[str], formatter: Any) -> None:
    formatter.write_usage(ctx.command_path, " ".join(pieces), str(Text("Usage: ", "用法：")))
