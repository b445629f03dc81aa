"""The command line of bert-ner: its groups of commands, in the order of `--help`."""

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ner.commands.agreement import agreement
from ner.commands.annotate import annotate
from ner.commands.bench import bench
from ner.commands.check import check
from ner.commands.cite import cite
from ner.commands.classify import classify
from ner.commands.client import client
from ner.commands.command import Command
from ner.commands.compare import compare
from ner.commands.convert import convert
from ner.commands.embed import embed
from ner.commands.evaluate import evaluate
from ner.commands.exit_status import Commands
from ner.commands.export import export
from ner.commands.help_page import COMMAND, OPTIONS, TranslatedCommand
from ner.commands.info import info
from ner.commands.lexicon import lexicon
from ner.commands.merge import merge
from ner.commands.merge_shards import merge_shards
from ner.commands.parameters import option
from ner.commands.prelabel import prelabel
from ner.commands.pretrain import pretrain
from ner.commands.reproduce import reproduce
from ner.commands.score import score
from ner.commands.select import select
from ner.commands.serve import serve
from ner.commands.signals import STOP_SIGNALS
from ner.commands.split import split
from ner.commands.summarize import summarize
from ner.commands.tag import tag
from ner.commands.train import train
from ner.commands.tune import tune
from ner.cpu_settings import set_up_libraries
from ner.device import DEVICE, choose_device
from ner.language import Text
from ner.version import installed_version

GROUPS = {
    Text("Start here", "从这里开始"): (tag, summarize, check, train, evaluate),
    Text("Data", "数据"): (convert, split, merge, lexicon),
    Text("Labels", "标注"): (prelabel, select, annotate, agreement),
    Text("Models", "模型"): (info, score, compare, reproduce, tune, pretrain, embed, cite, classify),
    Text("Speed and export", "速度与导出"): (bench, export, merge_shards),
    Text("Service", "服务"): (serve, client),
}
_GROUP_LOOK: dict[str, Any] = {
    "cls": Commands,
    "options_metavar": str(OPTIONS),
    "subcommand_metavar": str(COMMAND),
    "no_args_is_help": True,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


def _show_environment(wanted: bool) -> None:
    if wanted:
        set_up_libraries()
        from ner.commands.environment import describe_installation

        typer.echo("\n".join(describe_installation()))
        raise typer.Exit


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bert-ner {installed_version('bert-ner')}")
        raise typer.Exit


def _show_examples(lines: Sequence[str]) -> str:
    title = Text("Example:", "示例：") if len(lines) == 1 else Text("Examples:", "示例：")
    return "\n\n".join([str(title), *lines])


app = typer.Typer(
    **_GROUP_LOOK,
    help=str(
        Text(
            "Find named entities in Chinese text, and train, evaluate and export the taggers that find them.",
            "识别中文文本中的命名实体，并训练、评测和导出所用的模型。",
        )
    ),
    epilog=_show_examples([tag.examples[0], train.examples[0]]),
)


@app.callback()
def main(
    show_version: Annotated[
        bool,
        option("Print the version and exit.", "打印版本并退出。", "--version", callback=_show_version, is_eager=True),
    ] = False,
    device: Annotated[
        str,
        option(
            "Where networks are computed: auto (a CUDA GPU if there is one), cpu, cuda, cuda:1 and so on, or mps.",
            "在哪里计算：auto（有 CUDA 显卡就用）、cpu、cuda、cuda:1 等，或 mps。",
            envvar=DEVICE,
            show_envvar=False,
        ),
    ] = "auto",
    show_environment: Annotated[
        bool,
        option(
            "Print the versions, the processor and the threads, for a report of an error, and exit.",
            "打印各个版本、处理器和线程数（报告问题时附上），然后退出。",
            "--environment",
            callback=_show_environment,
            is_eager=True,
        ),
    ] = False,
    offline: Annotated[
        bool,
        option(
            "Never ask the Hugging Face Hub: encoders are read from folders and from what was downloaded before.",
            "不访问 Hugging Face Hub：编码器只从文件夹和以前下载的文件中读取。",
            "--offline",
        ),
    ] = False,
) -> None:
    """Set up what counts before torch is imported."""
    set_up_libraries()
    choose_device(device)
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"


def _add(command: Command, parent: typer.Typer, group: Text) -> None:
    if command.commands:
        below = typer.Typer(**_GROUP_LOOK, help=str(command.help), epilog=_show_examples(command.examples))
        below.callback()(command.run)
        for each in command.commands:
            _add(each, below, Text("Commands", "命令"))
        parent.add_typer(below, name=command.name, rich_help_panel=str(group))
        return
    parent.command(
        command.name,
        cls=TranslatedCommand,
        help=str(command.help),
        epilog=_show_examples(command.examples),
        options_metavar=str(OPTIONS),
        rich_help_panel=str(group),
    )(command.run)


for _group, _commands in GROUPS.items():
    for _command in _commands:
        _add(_command, app, _group)


def run() -> None:
    """Be the program: run the command line of this process, and end the process."""
    STOP_SIGNALS.ignore_afterwards()
    app()
