"""`bert-ner tag`: find entities in text."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import AnyScript, Dictionaries, RuleFiles, lexicon_paths, note_lexicon, typed_lists
from ner.commands.options import engine_settings, shard_settings, text_options
from ner.commands.parameters import STANDARD_STREAM, option
from ner.commands.tag_files import TagFiles, note_overruled
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.language import Text
from ner.records.text_options import TextOptions
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.tagger_source import TaggerSource
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

_TO_GO_ON = "run the same command again; with a folder as `output`, such as out/, it goes on where it stopped"


@command(
    zh="找出文本中的实体。文件可以任意大：文本、JSONL、CSV、Excel、Word、Parquet，或标注文件中的句子。",
    examples=[
        'bert-ner tag --text "林晓东昨天从杭州赶到北京大学医院看望李教授。"',
        "bert-ner tag texts --output entities.csv --dictionary names.csv",
    ],
    job=TagFiles,
    reading=text_options,
    engine=engine_settings,
    sharding=shard_settings,
)
def tag(
    model: _Model = None,
    dictionary: Dictionaries = None,
    rules: RuleFiles = None,
    any_script: AnyScript = False,
    *,
    job: TagFiles,
    reading: TextOptions,
    engine: EngineSettings,
    sharding: ShardSettings,
    terminal: Terminal,
) -> None:
    """Find the entities in files of any size: text, JSON lines, CSV, Excel, Word, Parquet, or annotated files."""
    if any_script and not dictionary:
        raise InputError("expected `dictionary` with `any_script`, which is about the terms of lists")
    source = TaggerSource(model, engine, typed_lists(dictionary), rules or (), any_script)
    if job.folder is not None:
        _tag_shards(job.folder, job, reading, source, sharding, terminal)
        return
    if sharding != ShardSettings():
        raise InputError("options about shards need a folder as `output`, whose name ends in /")

    def load(characters: int) -> "Tagger":
        lexicon = source.read_lexicon()
        if job.types is not None:
            source.check_types(job.types, lexicon)
        tagger = source.load(characters, lexicon)
        if model is None:
            terminal.note(_ABOUT_BUILT_IN)
        if lexicon is not None:
            note_lexicon(tagger, lexicon, terminal)
        return tagger

    listed = lexicon_paths(dictionary, rules)
    read_again = job.files and STANDARD_STREAM not in job.files
    job.run(
        load,
        reading,
        terminal,
        keep=[source.folder, *listed],
        listed=bool(dictionary or rules),
        when_stopped=_TO_GO_ON if read_again else "run the same command again",
    )


def _tag_shards(
    folder: str,
    job: TagFiles,
    reading: TextOptions,
    source: TaggerSource,
    sharding: ShardSettings,
    terminal: Terminal,
) -> None:
    from ner.records.text_files import TextFiles
    from ner.scaling.shard_folder import ERRORS
    from ner.scaling.tag_in_shards import tag_in_shards

    began = time.perf_counter()
    if job.types is not None:
        source.check_types(job.types)
    texts = TextFiles(job.files or [], reading, skip=sharding.on_error == "skip")
    totals = tag_in_shards(texts, folder, source, job.shard_output(), sharding, terminal)
    if totals.skipped:
        terminal.note(f"note: records that can't be read: {totals.skipped:,}, listed in {folder}/{ERRORS}")
    terminal.note(
        f"{folder}: shards {totals.shards:,}, of which {totals.tagged:,} now, {totals.tally}, "
        f"{time.perf_counter() - began:.1f} s"
    )
    note_overruled(totals.tally, terminal)
