"""`bert-ner convert`: annotated text in another format."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.options import read_options, write_options
from ner.commands.parameters import DATA, Losses, Overwrite, argument, option
from ner.commands.printing import check_losses, print_written
from ner.commands.terminal import Terminal
from ner.common_settings import FORMAT
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions


@command(
    zh="把标注数据转换成另一种格式。各种格式见手册的“数据格式”一页。",
    examples=["bert-ner convert data_demo data_jsonl --to jsonl"],
    makes_files=True,
    reading=read_options,
    writing=write_options,
)
def convert(
    source: Annotated[Path, argument(*DATA)],
    target: Annotated[Path, argument("New file or folder.", "新文件或新文件夹。")],
    by_line: Annotated[
        bool,
        option("Make one sentence of each line of a text.", "在换行处切开：每行一句。", "--by-line", panel=FORMAT),
    ] = False,
    losses: Losses = None,
    overwrite: Overwrite = False,
    *,
    reading: ReadOptions,
    writing: WriteOptions,
    terminal: Terminal,
) -> None:
    """Convert annotated text to another format. The page "Data formats" of the manual describes all formats."""
    from ner.data.rewriting import convert_files

    check_losses(losses, [source, target], overwrite=overwrite)
    converted = convert_files(source, target, reading, writing, by_line=by_line, overwrite=overwrite)
    print_written(converted, losses, terminal)
