"""`bert-ner tag`: find entities in text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import Dictionaries, RuleFiles, lexicon_paths, note_lexicon, read_lexicon
from ner.commands.options import engine_settings, text_options
from ner.commands.parameters import option
from ner.commands.tag_files import TagFiles
from ner.commands.terminal import Terminal
from ner.language import Text
from ner.records.text_options import TextOptions
from ner.tagging.engine_settings import EngineSettings

if TYPE_CHECKING:
    from ner.tagging.tagger import Tagger

_Model = Annotated[
    Path | None,
    option(
        "Model folder from train or export.",
        "train 或 export 生成的模型文件夹。",
        "--model",
        "-m",
        default=Text(f"{BUILT_IN_TAGGER}, built in", f"内置的 {BUILT_IN_TAGGER}"),
    ),
]

# Its F1 are those of its model card.
_ABOUT_BUILT_IN = (
    f"note: {BUILT_IN_TAGGER}, built in, finds persons (PER), places (LOC) and organisations (ORG), with F1 77.68 on "
    f"text like its training text and 72.98 on newspapers; bert-ner train --init-from {BUILT_IN_TAGGER} makes a better "
    "one from your own labelled text, and --model uses it"
)


@command(
    zh="找出文本中的实体。文件可以任意大：文本、JSONL、CSV、Excel、Word、Parquet，或标注文件中的句子。",
    examples=[
        'bert-ner tag --text "林晓东昨天从杭州赶到北京大学医院看望李教授。"',
        "bert-ner tag texts --output entities.csv --dictionary names.csv",
    ],
    job=TagFiles,
    reading=text_options,
    engine=engine_settings,
)
def tag(
    model: _Model = None,
    dictionary: Dictionaries = None,
    rules: RuleFiles = None,
    *,
    job: TagFiles,
    reading: TextOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Find the entities in files of any size: text, JSON lines, CSV, Excel, Word, Parquet, or annotated files."""

    def load(characters: int) -> "Tagger":
        from ner.tagging.model_graph import has_graph, needs_pytorch
        from ner.tagging.tagger import Tagger

        lexicon = read_lexicon(dictionary, rules)
        pytorch = not has_graph(model_folder(model)) or needs_pytorch(characters)
        tagger = Tagger.load(
            model, engine.precision, engine.threads, engine.batch_characters, pytorch=pytorch, lexicon=lexicon
        )
        if model is None:
            terminal.note(_ABOUT_BUILT_IN)
        if lexicon is not None:
            note_lexicon(tagger, lexicon, terminal)
        return tagger

    listed = lexicon_paths(dictionary, rules)
    job.run(load, reading, terminal, keep=[model_folder(model), *listed], listed=bool(dictionary or rules))
