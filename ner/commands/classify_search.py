"""`bert-ner classify compare` and `classify tune`: settings of classifiers against each other, and the best of them."""

from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.label_options import LabelOptions
from ner.commands.command import command
from ner.commands.compare import ComparisonFolder, Seeds, Vary, check_varied, run_comparison
from ner.commands.options import options_on_command_line, settings_options, typed_options
from ner.commands.parameters import Data, Json, named_paths
from ner.commands.terminal import Terminal
from ner.commands.tune import SearchFolder, Storage, Trials, run_search
from ner.output_paths import check_unused

label_options = settings_options(LabelOptions, without=("format", "include"))
"""How labelled texts are read: the group `reading` of commands that train or evaluate classifiers."""


@command(
    zh="把分类器几种设置的所有组合各用多个 seed 训练，给出均值和标准差，并计算差别是否可能只是偶然。\n\n"
    "按 Ctrl-C 中断后，再运行同一条命令就会接着训练。",
    examples=["bert-ner classify compare -d DIR -o comparison --vary pooling=mean,cls"],
    makes_files=True,
    settings=settings_options(ClassifierSettings, config=True, without=("seed",)),
    reading=label_options,
    typed=typed_options,
)
def compare(
    data: Data,
    output: ComparisonFolder,
    vary: Vary = [],  # noqa: B006  # Typer takes no tuple
    seeds: Seeds = 3,
    as_json: Json = False,
    *,
    settings: ClassifierSettings,
    reading: LabelOptions,
    typed: set[str],
    terminal: Terminal,
) -> None:
    """Train classifiers with all combinations of some settings and several seeds, and compare their scores.

    After Ctrl-C, run the same command again to continue.
    """
    from ner.classifying.labelled_files import read_labelled_data

    varied = check_varied(vary, settings, typed)
    check_unused(output, "output", [data, *named_paths([settings.encoder, *varied.get("encoder", [])])])
    labelled = read_labelled_data(data, reading, multi_label=settings.multi_label, seed=settings.seed)
    run_comparison(labelled, settings, varied, seeds, output, as_json, terminal)


@command(
    zh="为分类器搜索 dev F1 最高的设置。命令行给出的训练设置保持不变，只搜索其余的。不使用 test。\n\n"
    "按 Ctrl-C 中断后，再运行同一条命令就会接着搜索。",
    examples=["bert-ner classify tune --data DIR --output search --trials 20"],
    makes_files=True,
    settings=settings_options(ClassifierSettings, config=True),
    reading=label_options,
    given=options_on_command_line,
)
def tune(
    data: Data,
    output: SearchFolder,
    trials: Trials,
    storage: Storage = None,
    *,
    settings: ClassifierSettings,
    reading: LabelOptions,
    given: set[str],
    terminal: Terminal,
) -> None:
    """Search for the settings of a classifier with the best dev F1.

    Training settings given on the command line stay fixed; only the others are searched. Test data are not used. After
    Ctrl-C, run the same command again to continue.
    """
    from ner.classifying.labelled_files import read_labelled_data
    from ner.extras import import_extra

    import_extra("optuna", "tune", output)  # said before the data are read
    check_unused(output, "output", [data, *named_paths([settings.encoder])])
    labelled = read_labelled_data(data, reading, multi_label=settings.multi_label, seed=settings.seed)
    begin = ["classify", "train", "--data", str(data)]
    run_search(labelled, settings, trials, output, given, storage, terminal, begin)
