"""`bert-ner merge-shards`: one file of the shards of `bert-ner tag`."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.parameters import argument, option
from ner.commands.terminal import Terminal
from ner.quantities import counted


@command(
    zh="把 bert-ner tag 写出的分片合并成一个文件。",
    examples=["bert-ner merge-shards out --output all.parquet"],
    makes_files=True,
)
def merge_shards(
    folder: Annotated[
        str,  # a Path would take a slash of a URL away
        argument(
            "Folder with the shards of bert-ner tag: a path or a URL.",
            "bert-ner tag 写出的分片文件夹：路径或 URL。",
            metavar="FOLDER",
        ),
    ],
    output: Annotated[
        Path,
        option(
            "Output file: .jsonl, .csv, .xlsx, .parquet, .html or .conll. Other shards than jsonl keep their format.",
            "输出文件：.jsonl、.csv、.xlsx、.parquet、.html 或 .conll；jsonl 以外的分片只能合并成原来的格式。",
            "--output",
            "-o",
        ),
    ],
    *,
    terminal: Terminal,
) -> None:
    """Make one file of the shards of bert-ner tag."""
    from ner.scaling.merge_shards import merge_shards

    count = merge_shards(folder, output)
    say(f"{output}: {counted(count, 'shard')}")
