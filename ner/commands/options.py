"""Options that several commands share, in groups that each make one object."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ner.choices import BUILT_IN_TAGGER, PrecisionName
from ner.data.data_split import ReadOptions

if TYPE_CHECKING:
    from ner.data.rewriting import WriteOptions

FORMAT, NETWORK, SCHEDULE, AIDS, RUN = "Format of the data", "Network", "Training", "Training aids", "Run"
"""The panels of a command's help."""

Data = Annotated[
    Path, typer.Option(help="Folder with files whose names say train, dev (or valid) and test; or one such file.")
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Format of the files: conll, jsonl, doccano, label-studio, brat and others.",
        rich_help_panel=FORMAT,
        show_default="told by the files",
    ),
]
Model = Annotated[Path, typer.Option(help=f"Model folder that bert-ner train wrote, or {BUILT_IN_TAGGER} (built in).")]
To = Annotated[
    str | None,
    typer.Option(
        help="Format to write, by the same names.", rich_help_panel=FORMAT, show_default="told by the name, or as read"
    ),
]
Scheme = Annotated[
    str | None,
    typer.Option(
        help="Tags to write: BIO, IOB1, BIOES, BMES, BILOU or IO.",
        rich_help_panel=FORMAT,
        show_default="as read, or BIO",
    ),
]
Losses = Annotated[Path | None, typer.Option(help="File for the whole list of what the target can't hold.")]
TextColumn = Annotated[
    str | None,
    typer.Option(help="Column of the text in CSV and Parquet files, or its field in JSON lines (there: text)."),
]
TokenColumn = Annotated[
    int | None,
    typer.Option(
        help="Column of the character or word, from 1; -1 is the last.", rich_help_panel=FORMAT, show_default="first"
    ),
]
TagColumn = Annotated[int | None, typer.Option(help="Column of the tag.", rich_help_panel=FORMAT, show_default="last")]
Encoding = Annotated[str, typer.Option(help="Encoding of the files, such as gb18030.", rich_help_panel=FORMAT)]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse illegal tag sequences, such as I-PER after O, instead of repairing them.",
        rich_help_panel=FORMAT,
    ),
]
Precision = Annotated[
    PrecisionName,
    typer.Option(
        help="Number format of the network; auto takes bf16 where the hardware is fast at it.", rich_help_panel=RUN
    ),
]


def with_settings(**groups: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of functions that make one object each of them.

    With `@with_settings(reading=read_options)` a command has all options of `read_options`, and gets what that
    returns as its argument `reading`.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        members = {name: inspect.signature(make).parameters for name, make in groups.items()}

        @functools.wraps(command)
        def run(**given: Any) -> None:
            made = {
                name: make(**{option: given.pop(option) for option in members[name]}) for name, make in groups.items()
            }
            command(**given, **made)

        own = inspect.signature(command)
        options = [option for name, option in own.parameters.items() if name not in groups]
        options += [option for name in groups for option in members[name].values()]
        keywords = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]
        run.__signature__ = own.replace(parameters=keywords)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in options}
        return run

    return decorate


def read_options(
    from_: From = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> ReadOptions:
    """How annotated files are read."""
    return ReadOptions(from_, encoding, token_column, tag_column, strict)


def write_options(to: To = None, scheme: Scheme = None) -> "WriteOptions":
    """How annotated files are written."""
    from ner.data.rewriting import WriteOptions

    return WriteOptions(to, scheme)


def options_on_command_line(ctx: typer.Context) -> set[str]:
    """The names of a command's parameters that have been given, on the command line or by --config."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    return {name for name, source in sources.items() if source is not None and source.name != "DEFAULT"}
