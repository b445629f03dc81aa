"""`bert-ner annotate`: label texts on a page of one's own."""

import sys
import webbrowser
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.annotating.annotate_settings import AnnotateSettings
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import Dictionaries, RuleFiles, lexicon_paths, note_lexicon, typed_lists
from ner.commands.look_at_texts import look_at
from ner.commands.messages import say
from ner.commands.options import settings_options, text_options
from ner.commands.parameters import TEXT_FILES, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.extras import import_extra
from ner.language import Text
from ner.records.text_options import TextOptions
from ner.scaling.tagger_source import TaggerSource
from ner.tagging.engine_settings import EngineSettings

if TYPE_CHECKING:
    from ner.annotating.tasks import Task
    from ner.tagging.tagger import Tagger


@command(
    zh=(
        "在浏览器页面上标注文本，先由模型预标，再由人确认、修改。\n\n"
        "每个操作立即保存，按 Ctrl-C 结束；重新运行同一条命令就接着上次继续。"
    ),
    examples=[
        "bert-ner annotate texts.txt --output gold.jsonl",
        "bert-ner annotate texts.txt --types DRUG --dictionary drugs.csv -o gold.jsonl",
    ],
    reading=text_options,
    settings=settings_options(AnnotateSettings),
)
def annotate(
    files: Annotated[list[str], argument(*TEXT_FILES)],
    output: Annotated[
        Path,
        option(
            "File for the finished texts, which train reads: .jsonl. All labels are in the file beside it that ends in "
            ".sqlite.",
            "存放已完成文本的 .jsonl 文件，可直接用于 train。全部标注存在旁边的 .sqlite 文件里。",
            "--output",
            "-o",
        ),
    ],
    model: Annotated[
        Path | None,
        option(
            "Model folder that proposes entities, or none for no proposals.",
            "预标实体的模型文件夹；none 表示不预标。",
            "--model",
            "-m",
            default=Text(f"{BUILT_IN_TAGGER}, built in", f"内置的 {BUILT_IN_TAGGER}"),
        ),
    ] = None,
    dictionary: Dictionaries = None,
    rules: RuleFiles = None,
    adjudicate: Annotated[
        bool,
        option(
            "The files are the labels of two people, A and B: ask only where they disagree.",
            "两个文件是两个人（A 和 B）的标注：只问他们不一致的地方。",
            "--adjudicate",
        ),
    ] = False,
    *,
    reading: TextOptions,
    settings: AnnotateSettings,
    terminal: Terminal,
) -> None:
    """Label texts on a page in the browser. A tagger proposes entities, you accept or correct them.

    Each action is saved at once. Ctrl-C ends the program; the same command goes on where you stopped.
    """
    import_extra("uvicorn", "serve", "annotate")
    from ner.annotating.annotate import open_session, render_guidelines
    from ner.annotating.gold_file import GoldFile, check_output, open_store
    from ner.annotating.learner import Learner, learned_folder
    from ner.annotating.page_server import PageServer

    source = TaggerSource(model, EngineSettings(), typed_lists(dictionary), rules or ())

    def load(folder: Path | None) -> "Tagger":
        lexicon = source.read_lexicon()
        tagger = replace(source, model=folder).load(sum(len(task.text) for task in tasks), lexicon)
        if lexicon is not None:
            note_lexicon(tagger, lexicon, terminal)
        return tagger

    no_model = adjudicate or model == Path("none")
    if no_model and settings.uncertain is not None:
        raise InputError("--uncertain needs a model: leave it out")
    if no_model and (dictionary or rules):
        raise InputError("lists and rules need a model: leave them out")
    if adjudicate and settings.learn is not None:
        raise InputError("--learn and --adjudicate exclude each other: leave one out")
    uses = [*named_paths(files), *lexicon_paths(dictionary, rules), *named_paths([settings.guidelines])]
    check_output(output, [*uses, *([] if no_model else [source.folder])])
    guidelines = render_guidelines(Path(settings.guidelines)) if settings.guidelines else ""
    tasks = _read_two(files, reading, terminal) if adjudicate else _read(files, reading, terminal)
    with closing(open_store(output)) as store:
        learned = learned_folder(output)
        if settings.learn is not None and learned.exists() and not store.learned:
            raise InputError(f"{learned} is in the way of --learn: move it, or choose another --output")
        newest = learned if settings.learn is not None and learned.exists() else model
        session = open_session(
            store,
            tasks,
            None if no_model and newest is model else partial(load, newest),
            types=settings.type_names(),
            uncertain=settings.uncertain,
            unsure_first=settings.learn is not None,
            guidelines=guidelines,
            progress=terminal,
        )
        learner = None
        if settings.learn is not None:
            line = [sys.executable, "-m", "ner", "train", "--quiet", "--data", str(output), "--output"]
            start = [] if no_model else ["--init-from", str(source.folder)]
            learner = Learner(
                session, output, settings.learn, lambda folder: [*line, str(folder), *start], load, settings.uncertain
            )
        server = PageServer(session, GoldFile(output, store), settings.port, learner)
        terminal.note(f"open {server.address}\nCtrl-C ends; the same command goes on where you stopped")
        if settings.browser:
            webbrowser.open(server.address)
        say(f"{output}: {server.run():,} finished texts")


def _read(files: Sequence[str], reading: TextOptions, terminal: Terminal) -> "list[Task]":
    from ner.annotating.read_tasks import read_tasks
    from ner.records.text_files import TextFiles

    texts = TextFiles(files, reading)
    look_at(texts, terminal)
    return read_tasks(texts.records())


def _read_two(files: Sequence[str], reading: TextOptions, terminal: Terminal) -> "list[Task]":
    """Two annotated files of the same texts."""
    from ner.annotating.adjudication import adjudication_tasks
    from ner.data.corpus import read_file
    from ner.evaluation.agreement import compare_annotators

    if len(files) != 2:
        raise InputError(f"expected two files with --adjudicate, those of A and of B, got {len(files)}")
    options = ReadOptions(format=reading.format, encoding=reading.encoding or "utf-8")
    agreement = compare_annotators(*(read_file(path, options) for path in files))
    if left_out := agreement.only_a + agreement.only_b:
        terminal.note(f"note: texts that only one of the files has, which are left out: {left_out:,}")
    terminal.note(f"A and B agree with F1 {agreement.f1:.2f}; only what they label differently is asked")
    return adjudication_tasks(agreement)
