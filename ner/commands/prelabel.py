"""`bert-ner prelabel`: label texts by models, lists, rules and answers together."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import Dictionaries, RuleFiles, lexicon_paths, typed_lists
from ner.commands.look_at_texts import look_at
from ner.commands.messages import say
from ner.commands.options import engine_settings, settings_options, text_options
from ner.commands.parameters import TEXT_FILES, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.output_paths import check_file
from ner.prelabelling.prelabel_settings import PrelabelSettings
from ner.quantities import counted
from ner.records.text_options import TextOptions
from ner.tagging.engine_settings import EngineSettings

if TYPE_CHECKING:
    from ner.prelabelling.prelabel import Prelabels
    from ner.prelabelling.sources import Source

_Models = Annotated[
    list[Path] | None,
    option(
        f"Model folder from train or export, or {BUILT_IN_TAGGER} (built in). You can give this option several times.",
        f"train 或 export 生成的模型文件夹，或内置的 {BUILT_IN_TAGGER}。可多次使用。",
        "--model",
        "-m",
    ),
]
_Answers = Annotated[
    list[Path] | None,
    option(
        "JSON lines with text and entities (text and label), for example answers of a language model. You can "
        "give this option several times.",
        "写有 text 和 entities（text 和 label）的 JSON Lines，例如大语言模型的回答。可多次使用。",
        "--answers",
    ),
]
_To = Annotated[
    Literal["label-studio", "doccano", "jsonl", "conll"],
    option(
        "label-studio, doccano: all entities, for a person to correct. jsonl, conll: what is certain, for train; the "
        "rest is unknown.",
        "label-studio、doccano：全部实体，供人改正。jsonl、conll：只写有把握的部分，供 train 使用，其余为未知。",
    ),
]
_Output = Annotated[Path, option("Output file.", "输出文件。", "--output", "-o")]
_FORMATS = {"label-studio": "label-studio-predictions"}


@command(
    zh="用模型、词表、规则和大语言模型的回答一起给文本预标注，按各来源的可靠程度合并。",
    examples=[
        "bert-ner prelabel a.txt --model my-tagger --dictionary names.csv -o tasks.json",
        "bert-ner prelabel a.txt --answers answers.jsonl -o train.jsonl --to jsonl",
    ],
    makes_files=True,
    settings=settings_options(PrelabelSettings),
    reading=text_options,
    engine=engine_settings,
)
def prelabel(
    files: Annotated[list[str], argument(*TEXT_FILES)],
    output: _Output,
    model: _Models = None,
    dictionary: Dictionaries = None,
    rules: RuleFiles = None,
    answers: _Answers = None,
    to: _To = "label-studio",
    *,
    settings: PrelabelSettings,
    reading: TextOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Label texts by models, lists, rules and answers of language models together, weighed by how reliable they are."""
    from ner.data.formats.registry import format_by_name
    from ner.data.schemes import BIO
    from ner.files import is_special
    from ner.prelabelling.prelabel import prelabel_texts
    from ner.records.text_files import TextFiles

    if not (model or dictionary or rules or answers):
        raise InputError("expected --model, --dictionary, --rules or --answers, at least one of them")
    given_sources = [*map(str, model or []), *(dictionary or []), *(rules or []), *map(str, answers or [])]
    if twice := [name for name in given_sources if given_sources.count(name) > 1]:
        raise InputError(f"{twice[0]} is given twice: give each source once")
    texts = TextFiles(files, reading)
    uses = [*named_paths([*files, *texts.names, *(answers or [])]), *lexicon_paths(dictionary, rules)]
    check_file(output, "output", [*uses, *map(model_folder, model or [])])
    look_at(texts, terminal)
    answered = _answered(answers or [])
    sources = [*_taggers(model or [], engine), *_lists(dictionary or [], rules or []), *answered]
    given = [record.text for record in texts.records() if record.text.strip()]
    for source in answered:
        if given and all(found is None for found in source.propose(given)):
            terminal.note(f"note: {source.name}: has no answer about any of the texts")
    found = prelabel_texts(given, sources)
    partial = to in ("jsonl", "conll")
    sentences = [one.partial(settings) if partial else one.proposal() for one in found.texts]
    format_by_name(_FORMATS.get(to, to)).write(sentences, output, BIO)
    _note_reliability(found, terminal)
    entities = sum(len(sentence.entities) for sentence in sentences)
    open_ = sum(end - start for sentence in sentences for start, end in sentence.unknown)
    unknown = f", {open_ / max(1, sum(map(len, given))):.0%} of the characters unknown" if partial else ""
    say(f"{output}: {counted(len(sentences), 'text')}, {counted(entities, 'entity')}{unknown}", err=is_special(output))


def _taggers(models: list[Path], engine: EngineSettings) -> "list[Source]":
    from ner.prelabelling.sources import tagger_source
    from ner.tagging.tagger import Tagger

    load = (engine.precision, engine.threads, engine.batch_characters)
    return [tagger_source(Tagger.load(folder, *load)) for folder in models]


def _lists(dictionaries: list[str], rules: list[str]) -> "list[Source]":
    from ner.lexicon.lexicon import Lexicon
    from ner.prelabelling.sources import lexicon_source

    named = [(name, Lexicon.read_typed(typed_lists([name]))) for name in dictionaries]
    for name in rules:
        lexicon = Lexicon()
        lexicon.add_rules(name)
        named.append((name, lexicon))
    return [lexicon_source(lexicon, name) for name, lexicon in named]


def _answered(answers: list[Path]) -> "list[Source]":
    from ner.prelabelling.sources import answers_source

    return [answers_source(path) for path in answers]


def _note_reliability(found: "Prelabels", terminal: Terminal) -> None:
    """Say what the sources seem to be worth, which only their agreement tells."""
    for name, of_types in found.reliability.items():
        types = ", ".join(
            f"{type_} precision {of_type.precision:.0%} recall {of_type.recall:.0%}"
            for type_, of_type in of_types.items()
        )
        terminal.note(f"{name}: by agreement of the sources, in characters: {types}")
