"""Options that several commands share, in groups that each make one object."""

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic.fields import FieldInfo

from ner.common_settings import RUN
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions
from ner.errors import InputError
from ner.language import Text
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.records.text_options import TextOptions
from ner.scaling.shard_settings import ShardSettings
from ner.settings import (
    Panel,
    Parameter,
    Settings,
    Unset,
    full_help,
    marker,
)
from ner.settings_text import option_of, parse_setting, read_settings, show_value
from ner.tagging.engine_settings import EngineSettings
from ner.training.training_settings import TrainingSettings

_Group = TypeVar("_Group", bound=Settings)


def with_settings(**groups: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of functions that make one object each of them.

    With `@with_settings(reading=read_options)` a command has all options of `read_options`, and gets what that
    returns as its argument `reading`. `settings_options` makes such functions from groups of settings.
    Groups may share a parameter, such as Typer's context.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        members = {name: inspect.signature(make).parameters for name, make in groups.items()}

        own = inspect.signature(command)
        options = {name: option for name, option in own.parameters.items() if name not in groups}

        @functools.wraps(command)
        def run(**given: Any) -> None:
            made = {name: make(**{option: given[option] for option in members[name]}) for name, make in groups.items()}
            command(**{name: given[name] for name in options}, **made)

        shared = {name: option for group in members.values() for name, option in group.items()}
        keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in {**options, **shared}.values()]
        run.__signature__ = own.replace(parameters=keywords)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in keywords}
        return run

    return decorate


def settings_options(
    group: type[_Group],
    *,
    config: bool = False,
    only: Collection[str] = (),
    without: Collection[str] = (),
    environment: str = "",
    **defaults: Any,
) -> Callable[..., _Group]:
    """A function for `with_settings` whose parameters are the options of a group of settings.

    Args:
        group: the settings.
        config: whether there is an option --config for a file of settings.
        only: the settings that are options of the command; all if empty.
        without: settings that are no options of the command.
        environment: the prefix of environment variables that set the options too; none if empty.
        **defaults: other defaults for this command.
    """
    declared = group.__pydantic_fields__
    fields = {name: declared[name] for name in only or declared if name not in without}
    names = {_parameter(name, field): name for name, field in fields.items()}

    def make(**given: Any) -> _Group:
        path = given.pop("config", None)
        try:
            values = {names[parameter]: value for parameter, value in given.items()}
            for name in values.keys() & _lists(fields):
                values[name] = parse_setting(group, name, values[name])
            return group(**{**defaults, **values})
        except InputError as error:
            if path is None:
                raise
            raise InputError(f"{error} (of {path} and the options given)") from None

    parameters = [
        _option(parameter, fields[name], defaults.get(name), environment and environment + name.upper())
        for parameter, name in names.items()
    ]
    if config:
        parameters.append(_config_option(group))
    make.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return make


def _parameter(name: str, field: FieldInfo) -> str:
    parameter = marker(field, Parameter)
    return parameter.name if parameter else name


def _lists(fields: Mapping[str, FieldInfo]) -> set[str]:
    return {name for name, field in fields.items() if isinstance(field.default, tuple)}


def _option(name: str, field: FieldInfo, default: Any, variable: str) -> inspect.Parameter:
    """The option of a setting; Typer tells its type, and the setting itself what values will do."""
    default = field.default if default is None else default
    kind: Any = field.annotation
    metavar = None
    if isinstance(default, tuple):  # which is no type of an option
        kind, default, metavar = str, show_value(default), "NUMBER,NUMBER"
    flag = option_of(name, field)
    unset = marker(field, Unset)
    option = typer.Option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        metavar=metavar,
        help=str(full_help(field)),
        rich_help_panel=str(marker(field, Panel)),
        show_default=str(unset) if unset and default is None else True,
        envvar=variable or None,
        show_envvar=False,  # the manual has the rule for all of them
    )
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def _config_option(group: type[Settings]) -> inspect.Parameter:
    def use(ctx: typer.Context, path: Path | None) -> Path | None:
        """Take the defaults of the other options from a file."""
        if path is not None:
            given = read_settings(group, path)
            fields = group.__pydantic_fields__
            ctx.default_map = {
                _parameter(name, fields[name]): show_value(value) if name in _lists(fields) else value
                for name, value in given.items()
            }
        return path

    example = Text(", such as best.json from tune", "，例如 tune 生成的 best.json")
    shown = example if issubclass(group, TrainingSettings) else Text("", "")
    option = typer.Option(
        help=str(
            Text(
                f"JSON or TOML file with settings{shown.en}. Options that you give override it.",
                f"写有设置的 JSON 或 TOML 文件{shown.zh}；命令行给出的选项优先。",
            )
        ),
        rich_help_panel=str(RUN),
        is_eager=True,
        callback=use,
    )
    return inspect.Parameter(
        "config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[Path | None, option]
    )


read_options = settings_options(ReadOptions, without=("unannotated",))
"""How annotated files are read: the group `reading`."""

checked_options = settings_options(ReadOptions, without=("unannotated", "strict"))
"""How the files that check looks at are read: illegal tags are findings, never a refusal."""

text_options = settings_options(TextOptions)
"""How text is read, annotated or not: the group `reading` of commands that tag."""

encoding_option = settings_options(ReadOptions, only=("encoding",))
"""How files of one format are read: the group `reading`."""

scored_options = settings_options(ReadOptions, only=("format", "encoding"))
"""How files with predictions are read: the group `reading` of score."""

write_options = settings_options(WriteOptions)
"""How annotated files are written: the group `writing`."""

training_settings = settings_options(TrainingSettings, config=True)
"""All settings of a training run: the group `settings` of train and tune."""

compared_settings = settings_options(TrainingSettings, config=True, without=("seed",))
"""All settings of a training run but the seed: the group `settings` of compare."""

pretraining_settings = settings_options(PretrainingSettings, config=True)
"""All settings of a pretraining run: the group `settings` of pretrain."""

engine_settings = settings_options(EngineSettings)
"""How a model computes: the group `engine` of tag and evaluate."""

shard_settings = settings_options(ShardSettings)
"""How a large corpus is tagged: the group `sharding` of tag."""


def typed_options(ctx: typer.Context) -> set[str]:
    """The names of a command's parameters that have been given on the command line itself."""
    return {name for name, source in _sources(ctx).items() if source == "COMMANDLINE"}


def options_on_command_line(ctx: typer.Context) -> set[str]:
    """The names of a command's parameters that have been given, on the command line or by --config."""
    return {name for name, source in _sources(ctx).items() if source != "DEFAULT"}


def _sources(ctx: typer.Context) -> dict[str, str]:
    found = {name: ctx.get_parameter_source(name) for name in ctx.params}
    return {name: source.name for name, source in found.items() if source is not None}
