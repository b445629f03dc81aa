"""`bert-ner train`: make a tagger."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import read_options, training_settings
from ner.commands.parameters import Data, Resume, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.output_paths import check_unused
from ner.training.training_settings import TrainingSettings


@command(
    zh="训练一个模型：保留 dev F1 最高的那一轮，并在 dev 和 test 上评测。",
    examples=["bert-ner train --data data_demo --output my-tagger"],
    makes_files=True,
    settings=training_settings,
    reading=read_options,
)
def train(
    data: Data,
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
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Train a tagger, keep the epoch with the best dev F1, and evaluate it on dev and test."""
    from ner.data.corpus import read_corpus

    read = named_paths([settings.encoder, settings.init_from, settings.words_dictionary])
    check_unused(output, "output", [data, *read])
    corpus = read_corpus(data, seed=settings.seed, options=reading)
    from ner.evaluation.terminal_summary import format_summary
    from ner.training.train import train as run_training

    run = run_training(corpus, settings, output, resume=resume, progress=terminal)
    for split, evaluation in run.evaluations.items():
        say(f"\n{split}\n{format_summary(evaluation)}")
    say(f"\nmodel and reports are in {output} ({run.record['minutes']:.1f} minutes of training)")
