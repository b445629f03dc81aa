"""`bert-ner split`: one file into train, dev and test."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.options import read_options, settings_options, write_options
from ner.commands.parameters import Losses, Overwrite, argument, option
from ner.commands.printing import check_losses, print_written
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions
from ner.training.training_settings import TrainingSettings


@command(
    zh="把一个文件划分为 train、dev 和 test，三者中各类型的比例相近。文档不会被拆开，相同的文本总在一起。",
    examples=["bert-ner split all.jsonl --output data --dev 0.1 --test 0.1"],
    makes_files=True,
    reading=read_options,
    writing=write_options,
    settings=settings_options(TrainingSettings, only=("seed",)),
)
def split(
    file: Annotated[
        Path, argument("File to split, or a folder of brat documents.", "要划分的文件，或 brat 文档的文件夹。")
    ],
    output: Annotated[
        Path,
        option("New folder for train, dev and test.", "存放 train、dev 和 test 的新文件夹。", "--output", "-o"),
    ],
    dev: Annotated[float, option("Share of dev.", "dev 所占的比例。")] = 0.1,
    test: Annotated[float, option("Share of test.", "test 所占的比例。")] = 0.1,
    losses: Losses = None,
    overwrite: Overwrite = False,
    *,
    reading: ReadOptions,
    writing: WriteOptions,
    settings: TrainingSettings,
    terminal: Terminal,
) -> None:
    """Split a file into train, dev and test with similar shares of each entity type.

    Documents are not split, and equal texts stay together.
    """
    from ner.data.rewriting import divide_file

    check_losses(losses, [file, output], overwrite=overwrite)
    divided = divide_file(file, output, reading, writing, dev=dev, test=test, seed=settings.seed, overwrite=overwrite)
    print_written(divided, losses, terminal)
