"""`bert-ner annotate`: label texts on a page of one's own."""

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.annotating.annotate_settings import AnnotateSettings
from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import Dictionaries, RuleFiles, lexicon_paths, note_lexicon, read_lexicon
from ner.commands.look_at_texts import look_at
from ner.commands.messages import say
from ner.commands.options import settings_options, text_options
from ner.commands.parameters import TEXT_FILES, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.extras import import_extra
from ner.language import Text
from ner.records.text_options import TextOptions

if TYPE_CHECKING:
    from ner.tagging.tagger import Tagger


@command(
    zh=(
        "在浏览器页面上标注文本，先由模型预标，再由人确认、修改。\n\n"
        "每个操作立即保存，按 Ctrl-C 结束；重新运行同一条命令就接着上次继续。"
    ),
    examples=[
        "bert-ner annotate texts.txt --output gold.jsonl",
        "bert-ner annotate texts.txt --types PER,DRUG --dictionary drugs.csv --output gold.jsonl",
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
    from ner.annotating.gold_file import GoldFile, open_store
    from ner.annotating.page_server import PageServer
    from ner.annotating.read_tasks import read_tasks
    from ner.records.text_files import TextFiles

    def load() -> "Tagger":
        from ner.tagging.tagger import Tagger

        lexicon = read_lexicon(dictionary, rules)
        tagger = Tagger.load(model, lexicon=lexicon)
        if lexicon is not None:
            note_lexicon(tagger, lexicon, terminal)
        return tagger

    no_model = model == Path("none")
    if no_model and settings.uncertain is not None:
        raise InputError("--uncertain needs a model: leave one of --uncertain and --model none out")
    if no_model and (dictionary or rules):
        raise InputError("lists and rules need a model: leave out --model none")
    texts = TextFiles(files, reading)
    uses = [*named_paths(texts.names), *lexicon_paths(dictionary, rules), *named_paths([settings.guidelines])]
    guidelines = render_guidelines(Path(settings.guidelines)) if settings.guidelines else ""
    look_at(texts, terminal)
    tasks = read_tasks(texts.records())
    store = open_store(output, [*uses, *([] if no_model else [model_folder(model)])])
    session = open_session(
        store,
        tasks,
        None if no_model else load,
        types=settings.type_names(),
        uncertain=settings.uncertain,
        guidelines=guidelines,
        progress=terminal,
    )

    server = PageServer(session, GoldFile(output, store), settings.port)
    terminal.note(f"open {server.address}\nCtrl-C ends; the same command goes on where you stopped")
    if settings.browser:
        webbrowser.open(server.address)
    say(f"{output}: {server.run():,} finished texts")
