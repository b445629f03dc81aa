"""`bert-ner train`: make a tagger."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import options_on_command_line, read_options, training_settings
from ner.commands.parameters import DATA, DevShare, Resume, named_paths, option
from ner.commands.terminal import Terminal
from ner.common_settings import RUN
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.files import split_value
from ner.language import Text
from ner.model.model_files import CONFIG
from ner.output_paths import check_file, check_unused
from ner.quantities import describe_duration
from ner.training.training_settings import TrainingSettings

_Data = Annotated[
    list[str] | None,
    option(
        f"{DATA.en} Give this option several times for data sets that label different types: what one doesn't label "
        "is open there. FOLDER=PER,LOC names the types that a data set labels, if its entities don't show it.",
        f"{DATA.zh}几个数据集标注的类型不同时，可多次使用：一个数据集没有标注的类型，在其中不作限定。"
        "FOLDER=PER,LOC 指明一个数据集标注了哪些类型（默认为其中实体的类型）。",
        "--data",
        "-d",
        metavar="PATH",
        default=Text("that of the run, with --resume", "同被中断的训练（--resume）"),
    ),
]


@command(
    zh="训练一个模型：保留 dev F1 最高的那一轮，并在 dev 和 test 上评测。",
    examples=["bert-ner train --data data_demo --output my-tagger", "bert-ner train --output my-tagger --resume"],
    makes_files=True,
    settings=training_settings,
    reading=read_options,
)
def train(
    *,
    ctx: typer.Context,
    data: _Data = None,
    output: Annotated[
        Path,
        option(
            "Folder for the model. A folder with another model is refused; nothing is deleted.",
            "存放模型的文件夹；里面若有别的模型就报错，不会删除任何文件。",
            "--output",
            "-o",
        ),
    ],
    resume: Resume = False,
    dev_share: DevShare = None,
    log_file: Annotated[
        Path | None,
        option(
            "Append to this file, as the run goes on, one JSON object per line: its settings, each epoch, the scores.",
            "训练中随时往此文件末尾写入：每行一个 JSON 对象，依次是设置、每一轮和最后的分数。",
            metavar="FILE.jsonl",
            panel=RUN,
        ),
    ] = None,
    settings: TrainingSettings,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Train a tagger, keep the epoch with the best dev F1, and evaluate it on dev and test."""
    from ner.data.joining import read_data_sets
    from ner.training.begun_run import read_begun_run

    begun = read_begun_run(output) if resume else None
    if begun:
        given = options_on_command_line(ctx) & TrainingSettings.__pydantic_fields__.keys()
        settings = replace(begun.settings, **{name: getattr(settings, name) for name in given})
        if data is None and begun.source is not None:
            data, reading = [str(begun.source.path)], begun.source.options
            dev_share = begun.source.dev_share
    if resume and not data and begun is None:
        raise InputError(
            f"{output} is finished: it has a model, and there is no run to continue"
            if (output / CONFIG).exists()
            else f"{output} has no unfinished run: leave out `resume`, and give `data`"
        )
    if not data:
        raise InputError("expected `data`, the folder with train, dev and test files, or a single file")
    sets = [split_value(name) for name in data]
    listed = split_value(settings.dictionary)[0] if settings.dictionary else None
    read = named_paths([settings.encoder, settings.init_from, settings.words_dictionary, listed])
    check_unused(output, "output", [*(path for path, _ in sets), *read])
    if log_file is not None:
        check_file(log_file, "log_file", [output, *(path for path, _ in sets), *read])
    corpus = read_data_sets(data, settings.seed, reading, dev_share)
    from ner.evaluation.terminal_summary import format_summary
    from ner.training.run_description import describe_run
    from ner.training.train import train as run_training
    from ner.training.training_log import TrainingLog

    begin = {**describe_run(settings, corpus), "resume": resume}
    log = TrainingLog(log_file, begin) if log_file else None
    run = run_training(corpus, settings, output, resume=resume, progress=terminal, callbacks=[log] if log else [])
    if log:
        log.write("end", scores=run.record["scores"])
    for split, evaluation in run.evaluations.items():
        say(f"\n{split}\n{format_summary(evaluation)}")
    say(f"\nmodel and reports are in {output} ({describe_duration(run.record['minutes'])} of training)")
