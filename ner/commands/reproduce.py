"""`bert-ner reproduce`: train a model again, and tell whether it is the same."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from ner.commands.command import command
from ner.commands.exit_status import FOUND
from ner.commands.messages import say
from ner.commands.parameters import Json, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.files import split_value
from ner.language import Text


@command(
    zh="按模型文件夹里的记录重新训练，说明权重或分数是否相同。\n\n"
    "退出码：权重或所有分数相同为 0，不同为 1，无法训练为 2。",
    examples=["bert-ner reproduce my-tagger", "bert-ner reproduce my-tagger --data data_demo --output again"],
)
def reproduce(
    model: Annotated[Path, argument("Model folder from train.", "train 生成的模型文件夹。")],
    data: Annotated[
        list[str] | None,
        option(
            "Where the data of the training are now. Several data sets: as for train.",
            "训练所用的数据现在的位置；几个数据集的写法与 train 相同。",
            "--data",
            "-d",
            metavar="PATH",
            default=Text("where they were", "训练时的位置"),
        ),
    ] = None,
    output: Annotated[
        Path | None,
        option(
            "New folder to keep the second model in. It is needed to continue after an interruption.",
            "保留第二个模型的新文件夹；有了它，中断后可以接着训练。",
            "--output",
            "-o",
        ),
    ] = None,
    as_json: Json = False,
    *,
    terminal: Terminal,
) -> None:
    """Train a model again from the record in its folder, and tell whether the weights or the scores are the same.

    Exit code: 0 if the weights or all scores are the same, 1 if not, 2 if it can't be trained.
    """
    from ner.built_in import model_folder
    from ner.commands.printing import print_json
    from ner.output_paths import check_unused
    from ner.training.reproduce import read_recorded_run

    run = read_recorded_run(model_folder(model))
    if output is not None:
        paths = [path for path, _ in map(split_value, data or [])]
        check_unused(output, "output", [run.folder, *paths, *named_paths([run.begun.settings.init_from])])
    corpus = run.read_data(data)
    changes = run.changes(corpus)
    terminal.note(f"data: the same as then ({', '.join(run.record['data'])})")
    for change in changes:
        terminal.note(f"note: {change.name}: {change.before} then, {change.now} now")
    with ExitStack() as stack:
        folder = output or Path(stack.enter_context(tempfile.TemporaryDirectory()), "again")
        found = run.train_again(corpus, folder, terminal)
    if as_json:
        print_json(
            {
                "model": str(model),
                "environment": [change._asdict() for change in changes],
                "weights_equal": found.weights_equal,
                "scores_equal": found.scores_equal,
                "f1": {
                    name: {"before": before, "now": now, "difference": round(now - before, 2)}
                    for name, (before, now) in found.f1.items()
                },
            }
        )
    else:
        say("weights: equal, byte for byte" if found.weights_equal else "weights: different")
        for name, (before, now) in found.f1.items():
            say(f"{name} F1: {before:.2f} then, {now:.2f} now ({now - before:+.2f})")
        say("scores: all equal" if found.scores_equal else "scores: different")
    if not (found.weights_equal or found.scores_equal):
        raise typer.Exit(FOUND)
