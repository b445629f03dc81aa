"""`bert-ner select`: choose the texts to label next."""

from pathlib import Path
from typing import Annotated

from ner.built_in import model_folder
from ner.commands.command import command
from ner.commands.look_at_texts import look_at
from ner.commands.messages import say
from ner.commands.options import engine_settings, settings_options, text_options
from ner.commands.parameters import TEXT_FILES, Model, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.output_paths import check_file
from ner.quantities import counted
from ner.records.text_options import TextOptions
from ner.selecting.select_settings import SelectSettings
from ner.tagging.engine_settings import EngineSettings

_Output = Annotated[
    Path,
    option(
        "Output file (.jsonl): the chosen texts, with the entities that the model proposes.",
        "输出文件（.jsonl）：选出的文本，以及模型提出的实体。",
        "--output",
        "-o",
    ),
]
_Labelled = Annotated[
    list[Path] | None,
    option(
        "Annotated file or folder. Its texts, and texts that are nearly the same, are not chosen again. You can give "
        "this option several times.",
        "已标注的文件或文件夹。其中的文本以及几乎相同的文本不会再选。可多次使用。",
        "--labelled",
    ),
]


@command(
    zh="从大量文本中选出下一批要标注的：模型没有把握、彼此又不重复的文本。",
    examples=["bert-ner select pool.txt --model my-tagger --output next.jsonl --count 200"],
    makes_files=True,
    settings=settings_options(SelectSettings),
    reading=text_options,
    engine=engine_settings,
)
def select(
    files: Annotated[list[str], argument(*TEXT_FILES)],
    model: Model,
    output: _Output,
    labelled: _Labelled = None,
    *,
    settings: SelectSettings,
    reading: TextOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Choose the texts to label next: those that the model is unsure of, and that differ from each other."""
    from ner.data.corpus import read_splits
    from ner.records.record_progress import RecordProgress
    from ner.records.text_files import TextFiles
    from ner.selecting.select import select_records
    from ner.selecting.selected import write_selected
    from ner.tagging.tagger import Tagger

    texts = TextFiles(files, reading)
    if output.suffix.lower() != ".jsonl":
        raise InputError(f"{output}: expected --output to end in .jsonl; bert-ner convert makes other formats of it")
    known = labelled or []
    check_file(output, "output", [*named_paths([*files, *texts.names]), model_folder(model), *known])
    done = [sentence.text for path in known for split in read_splits(path).values() for sentence in split.sentences]
    survey = look_at(texts, terminal)
    pytorch = settings.strategy in ("mixed", "diverse")
    tagger = Tagger.load(model, engine.precision, engine.threads, engine.batch_characters, pytorch=pytorch)
    with RecordProgress(terminal, "selecting", survey) as progress:
        selected = select_records(tagger, texts.records(), settings, labelled=done, watch=progress.advance)
    write_selected(selected, output)
    if len(selected) < settings.count:
        terminal.note(f"note: {len(selected):,} texts of {settings.count:,}: the others are blank, or nearly the same")
    characters = sum(len(one.record.text) for one in selected)
    asked = characters - sum(end - start for one in selected for start, end in one.unknown)
    at_random = sum(one.chosen == "random" for one in selected)
    say(f"{output}: {counted(len(selected), 'text')}, {at_random:,} of them at random; {asked:,} characters to label")
