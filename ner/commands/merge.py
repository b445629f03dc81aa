"""`bert-ner merge`: several data sets into one."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.options import read_options, write_options
from ner.commands.parameters import Losses, Overwrite, argument, named_paths, option
from ner.commands.printing import check_losses, print_written
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions


@command(
    zh="把几个数据集合并成一个。可以改类型的名称；重复的句子只留一份。",
    examples=["bert-ner merge news weibo --output all --types types.csv"],
    makes_files=True,
    reading=read_options,
    writing=write_options,
)
def merge(
    sources: Annotated[
        list[Path],
        argument(
            "Files, or folders with train, dev and test files.", "若干文件，或若干含 train、dev、test 文件的文件夹。"
        ),
    ],
    output: Annotated[Path, option("New file or folder.", "新文件或新文件夹。", "--output", "-o")],
    types: Annotated[
        Path | None,
        option(
            "CSV file with two columns: a type and its new name. If the new name is empty, the type is removed.",
            "两列的 CSV 文件：类型和新名称；新名称为空时，去掉这个类型。",
        ),
    ] = None,
    losses: Losses = None,
    overwrite: Overwrite = False,
    *,
    reading: ReadOptions,
    writing: WriteOptions,
    terminal: Terminal,
) -> None:
    """Merge data sets into one. Types can be renamed, and repeated sentences are kept only once."""
    from ner.data.rewriting import merge_files

    check_losses(losses, [*sources, output, *named_paths([types])], overwrite=overwrite)
    merged = merge_files(sources, output, reading, writing, types=types, overwrite=overwrite)
    print_written(merged, losses, terminal)
