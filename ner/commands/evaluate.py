"""`bert-ner evaluate`: score a model on annotated text."""

from pathlib import Path
from typing import Annotated, Literal

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import engine_settings, read_options, typed_options
from ner.commands.parameters import Data, Json, Report, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.tagging.engine_settings import EngineSettings

_DEFAULT = [Path(BUILT_IN_TAGGER)]


@command(
    zh="按 conlleval 的算法，用标注好的文本评测一个模型；给出两个模型时，还会比较它们。",
    examples=[
        "bert-ner evaluate --model my-tagger --data data_demo --report report",
        "bert-ner evaluate --model mini-zh-uner --model my-tagger --data data_demo",
    ],
    reading=read_options,
    engine=engine_settings,
    typed=typed_options,
)
def evaluate(
    data: Data,
    model: Annotated[
        list[Path],
        option(
            f"Model folder from train or export, or {BUILT_IN_TAGGER} (built in). Give two to compare them.",
            f"train 或 export 生成的模型文件夹，或内置的 {BUILT_IN_TAGGER}；给出两个就相互比较。",
            "--model",
            "-m",
        ),
    ] = _DEFAULT,
    split: Annotated[Literal["train", "dev", "test"], option("Split to use.", "用哪个划分评测。")] = "test",
    report: Report = None,
    as_json: Json = False,
    *,
    reading: ReadOptions,
    engine: EngineSettings,
    typed: set[str],
    terminal: Terminal,
) -> None:
    """Compute the F1 of a model on annotated text, as conlleval does. With two models, also compare them."""
    if "split" in typed and data.is_file():
        raise InputError(f"--split chooses a file of a folder, and {data} is a file: leave it out")
    if len(model) > 2:
        raise InputError(f"expected one --model or two, got {len(model)}; compare them in pairs")
    from ner.data.corpus import notes_on_split, read_split

    if report is not None:
        from ner.evaluation.report_files import check_report_folder

        check_report_folder(report, "report", [data, *map(model_folder, model)])

    gold = read_split(data, split, reading)
    from ner.commands.printing import print_json
    from ner.evaluation.report_files import write_report, write_side_by_side
    from ner.evaluation.side_by_side import SideBySide
    from ner.evaluation.terminal_summary import format_confidence, format_summary
    from ner.evaluation.train_split import find_train_split
    from ner.tagging.tagger import Tagger

    for remark in notes_on_split(gold):
        terminal.note(f"note: {remark}")
    train, no_train = find_train_split(data, split, reading) if report else (None, "")
    reports = [
        Tagger.load(one, engine.precision, engine.threads, engine.batch_characters, pytorch=True)
        .evaluate(gold)
        .report(train, no_train)
        for one in model
    ]
    both = SideBySide(*reports) if len(reports) == 2 else None
    if report is not None:  # before anything is printed, as the reader of that may stop early, such as head
        if both:
            write_side_by_side(both, report)
        else:
            write_report(reports[0], report)
    if as_json:
        print_json((both or reports[0]).to_dict())
    else:
        for one in reports:
            say(f"{one.background.predicted_by} on {gold.path}\n{format_summary(one.evaluation)}\n")
            say(f"{format_confidence(one.evaluation)}\n")
        if both:
            say(f"A is {model[0]}, B is {model[1]}\n{both.verdict}")
    if report is not None:
        say(f"report: {report / 'report.html'}", err=as_json)
