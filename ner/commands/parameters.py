"""Options and arguments that are no settings: how commands declare them, and those that several commands have."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from ner.choices import BUILT_IN_TAGGER
from ner.common_settings import RUN
from ner.language import Text

STANDARD_STREAM = "-"
"""Standard input or output, where a file can be named."""


def named_paths(names: Iterable[str | Path | None]) -> list[Path]:
    """The files and folders among names that can be something else too, such as standard input or a name on the hub."""
    return [Path(name) for name in names if name and str(name) != STANDARD_STREAM and Path(name).exists()]


def option(en: str, zh: str, *names: str, panel: Text | None = None, default: Text | None = None, **rest: Any) -> Any:
    """A Typer option.

    Args:
        en: its help in English.
        zh: the same in Chinese.
        *names: its names, where the parameter's own name won't do.
        panel: the part of the help that it stands in.
        default: what the help shows for the default.
        **rest: as for `typer.Option`.
    """
    return typer.Option(
        *names,
        help=str(Text(en, zh)),
        rich_help_panel=str(panel) if panel else None,
        show_default=str(default) if default else True,
        **rest,
    )


def argument(en: str, zh: str, *, default: Text | None = None, **rest: Any) -> Any:
    """A Typer argument, declared as an option is."""
    return typer.Argument(help=str(Text(en, zh)), show_default=str(default) if default else True, **rest)


DATA = Text(
    "Folder with train, dev and test files, or a single file.", "含 train、dev、test 文件的文件夹，或单个文件。"
)

TEXT_FILES = Text(
    "Files, folders, zip archives, patterns and URLs: .txt (one text per line), .jsonl, .csv, .xlsx, .docx, .parquet, "
    "also with .gz or .zst. Use - for standard input.",
    "文件、文件夹、zip 压缩包、通配符或 URL：.txt（每行一条文本）、.jsonl、.csv、.xlsx、.docx、.parquet，"
    "可再加 .gz 或 .zst；- 表示标准输入。",
)

Data = Annotated[Path, option(*DATA, "--data", "-d")]
DevShare = Annotated[
    float | None,
    option(
        "Share of train that becomes dev, more than 0 and less than 1, if there is no dev file.",
        "没有 dev 文件时，从 train 中划出多大比例作为 dev，大于 0 且小于 1。",
        default=Text("a tenth", "十分之一"),
    ),
]
Model = Annotated[
    Path,
    option(
        f"Model folder from train or export, or {BUILT_IN_TAGGER} (built in).",
        f"train 或 export 生成的模型文件夹，或内置的 {BUILT_IN_TAGGER}。",
        "--model",
        "-m",
    ),
]
Report = Annotated[
    Path | None,
    option(
        "Folder for a report: a web page, Markdown, JSON and CSV.",
        "存放报告的文件夹：网页、Markdown、JSON 和 CSV。",
    ),
]
TypesMap = Annotated[
    str | None,
    option(
        "New names of types, if the data and the predictions name the same differently: NAME=PER,TITLE= (without a new "
        "name the type is left out).",
        "数据和预测对同一类型的叫法不同时，统一成新名称：NAME=PER,TITLE=（没有新名称的类型不参加评分）。",
        metavar="TYPE=NEW,TYPE=NEW",
    ),
]
Json = Annotated[bool, option("Print the result as JSON.", "以 JSON 格式输出结果。", "--json")]
Losses = Annotated[
    Path | None,
    option(
        "File for the full list of lost information: what the target format can't store.",
        "把丢失的信息（目标格式存不下的）逐条写到这个文件。",
    ),
]
Overwrite = Annotated[
    bool,
    option(
        "Replace what was written before; never a file that is read.",
        "覆盖以前写出的内容；绝不覆盖要读取的文件。",
        "--overwrite",
    ),
]
Resume = Annotated[
    bool,
    option("Continue the interrupted run in --output.", "接着运行 --output 中被中断的训练。", "--resume", panel=RUN),
]
