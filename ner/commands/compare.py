"""`bert-ner compare`: settings against each other."""

import shlex
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ner.choices import MOST_SEEDS
from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import compared_settings, read_options, typed_options
from ner.commands.parameters import Data, DevShare, Json, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.output_paths import check_unused
from ner.training.loop_settings import LoopSettings
from ner.training.training_settings import TrainingSettings

if TYPE_CHECKING:
    from ner.trainable import Trainable

Vary = Annotated[
    list[str],
    option(
        "Values to try for a training setting. Give it several times to try all combinations. Without it, only the "
        "seeds vary. train-fraction=0.1,0.3,1 gives a learning curve.",
        "要比较的设置和取值。可多次使用，会训练所有组合；不用它时只换 seed。train-fraction=0.1,0.3,1 给出学习曲线。",
        metavar="NAME=VALUE,VALUE",
    ),
]

ComparisonFolder = Annotated[
    Path,
    option(
        "Folder for the models and the comparison. Finished runs are not repeated.",
        "存放模型和比较结果的文件夹；已完成的训练不会重做。",
        "--output",
        "-o",
    ),
]
Seeds = Annotated[
    int,
    option(
        "Train each combination with this many seeds: 1, 2 and so on.",
        "每种组合用几个 seed 训练：1、2、……",
        min=1,
        max=MOST_SEEDS,
    ),
]

_READ = ("encoder", "init_from", "words_dictionary", "dictionary")
"""The settings that may name files or folders."""


@command(
    zh="把几种设置的所有组合各用多个 seed 训练，给出均值和标准差，并计算差别是否可能只是偶然。\n\n"
    "按 Ctrl-C 中断后，再运行同一条命令就会接着训练。",
    examples=[
        "bert-ner compare --data data_demo --output comparison --vary fusion=last,mean",
        "bert-ner compare --data data_demo --output seeds --seeds 5",
    ],
    makes_files=True,
    settings=compared_settings,
    reading=read_options,
    typed=typed_options,
)
def compare(
    data: Data,
    output: ComparisonFolder,
    vary: Vary = [],  # noqa: B006  # Typer takes no tuple
    seeds: Seeds = 3,
    dev_share: DevShare = None,
    as_json: Json = False,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
    typed: set[str],
    terminal: Terminal,
) -> None:
    """Train all combinations of some settings with several seeds: means, and whether differences may be chance.

    After Ctrl-C, run the same command again to continue.
    """
    from ner.data.corpus import read_corpus

    varied = check_varied(vary, settings, typed)
    read = [getattr(settings, name) for name in _READ] + [value for name in _READ for value in varied.get(name, [])]
    check_unused(output, "output", [data, *named_paths(read)])
    corpus = read_corpus(data, seed=settings.seed, options=reading, dev_share=dev_share)
    run_comparison(corpus, settings, varied, seeds, output, as_json, terminal)


def check_varied(vary: list[str], settings: LoopSettings, typed: Collection[str]) -> dict[str, list[Any]]:
    """The values of each varied setting. What is wrong with them is told before the data are read.

    Raises:
        InputError: a setting is unknown or given twice, or a value is wrong.
    """
    from ner.comparing.grid import grid, parse_vary

    varied = parse_vary(vary, type(settings))
    if twice := sorted(varied.keys() & typed):
        raise InputError(f"`{twice[0]}` is given alone and in `vary`: leave out one of both")
    grid(varied, settings)
    return varied


def run_comparison(
    data: "Trainable",
    settings: LoopSettings,
    varied: dict[str, list[Any]],
    seeds: int,
    output: Path,
    as_json: bool,
    terminal: Terminal,
) -> None:
    """Compare settings, and print and write what is found."""
    from rich.console import Console

    from ner.commands.printing import print_comparison, print_json
    from ner.comparing.compare_settings import compare_settings
    from ner.comparing.comparison_report import as_dict
    from ner.extras import how_to_install

    for note in data.notes:
        terminal.note(f"note: {note}")
    comparison = compare_settings(data, settings, varied, seeds=seeds, output=output, progress=terminal)
    line = shlex.join(["bert-ner", *sys.argv[1:]])
    written = comparison.write_report(output, command=line)
    if as_json:
        print_json(as_dict(comparison, line))
    else:
        print_comparison(comparison, Console(), terminal.words)
        say(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        terminal.note(f"for a plot: {how_to_install('plot')}, then the same command again")
