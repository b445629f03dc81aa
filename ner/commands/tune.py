"""`bert-ner tune`: search for the best settings."""

import shlex
from collections.abc import Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import options_on_command_line, read_options, training_settings
from ner.commands.parameters import Data, DevShare, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.language import Text
from ner.output_paths import check_unused
from ner.training.loop_settings import LoopSettings
from ner.training.training_settings import TrainingSettings

if TYPE_CHECKING:
    from ner.trainable import Trainable


SearchFolder = Annotated[
    Path,
    option(
        "Folder for the best model, its settings and all trials.",
        "存放最好的模型、它的设置和所有试验的文件夹。",
        "--output",
        "-o",
    ),
]
Trials = Annotated[
    int,
    option(
        "Total number of trials, including those of earlier calls.",
        "试验总数，包括之前运行过的。",
        min=1,
        max=100_000,
    ),
]
Storage = Annotated[
    str | None,
    option(
        "URL of a database that several processes share. In it, the search has the name of the --output folder.",
        "多个进程共用的数据库的 URL。搜索在库中的名称就是 --output 文件夹的名称。",
        default=Text("SQLite in --output", "--output 中的 SQLite"),
    ),
]


@command(
    zh="搜索 dev F1 最高的设置：学习率、batch size、轮数、dropout、层融合、BiLSTM 大小。\n\n"
    "命令行给出的训练设置保持不变，只搜索其余的。不使用 test。按 Ctrl-C 中断后，再运行同一条命令就会接着搜索；"
    "在几个终端里同时运行，就会并行搜索。",
    examples=["bert-ner tune --data data_demo --output search --trials 20"],
    makes_files=True,
    settings=training_settings,
    reading=read_options,
    given=options_on_command_line,
)
def tune(
    data: Data,
    output: SearchFolder,
    trials: Trials,
    storage: Storage = None,
    dev_share: DevShare = None,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
    given: set[str],
    terminal: Terminal,
) -> None:
    """Search for the settings with the best dev F1: learning rates, batch size, epochs, dropout, fusion, BiLSTM size.

    Training settings given on the command line stay fixed; only the others are searched. Test data are not
    used. After Ctrl-C, run the same command again to continue. To search in parallel, run it in several terminals.
    """
    from ner.data.corpus import read_corpus
    from ner.extras import import_extra

    import_extra("optuna", "tune", output)  # said before the data are read
    read = named_paths([settings.encoder, settings.init_from, settings.words_dictionary, settings.dictionary])
    check_unused(output, "output", [data, *read])
    corpus = read_corpus(data, seed=settings.seed, options=reading, wanted=("train", "dev"), dev_share=dev_share)
    run_search(corpus, settings, trials, output, given, storage, terminal, ["train", "--data", str(data)])


def run_search(
    data: "Trainable",
    settings: LoopSettings,
    trials: int,
    output: Path,
    given: Set[str],
    storage: str | None,
    terminal: Terminal,
    train: Sequence[str],
) -> None:
    """Search for the best settings. `train` is how the command begins that trains with them."""
    from ner.extras import how_to_install
    from ner.tuning.tune_settings import tune_settings

    for note in data.notes:
        terminal.note(f"note: {note}")
    fixed = given & type(settings).__pydantic_fields__.keys()
    tuning = tune_settings(
        data, settings, trials=trials, output=output, fixed=fixed, storage=storage, progress=terminal
    )
    written = tuning.files
    say(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        terminal.note(f"for plots: {how_to_install('plot')}, then the same command again")
    line = ["bert-ner", *train, "--output", "MODEL", "--config", written[0], "--seed", settings.seed]
    say(f"to train with the best settings: {shlex.join(map(str, line))}")
