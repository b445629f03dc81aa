"""`bert-ner evaluate`: score a model on annotated text."""

from pathlib import Path
from typing import Annotated, Literal

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import AnyScript, Dictionaries, RuleFiles, lexicon_paths, typed_lists
from ner.commands.messages import say
from ner.commands.options import engine_settings, read_options, typed_options
from ner.commands.parameters import Data, Json, Report, TypesMap, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.scaling.tagger_source import TaggerSource
from ner.tagging.engine_settings import EngineSettings

_DEFAULT = [Path(BUILT_IN_TAGGER)]


@command(
    zh="按 conlleval 的算法，用标注好的文本评测一个模型；给出几个模型时，还会比较它们。",
    examples=[
        "bert-ner evaluate --model my-tagger --data data_demo --report report",
        "bert-ner evaluate --model mini-zh-uner --data data_demo --baselines",
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
            f"Model folder from train or export, or {BUILT_IN_TAGGER} (built in). Give several to compare them.",
            f"train 或 export 生成的模型文件夹，或内置的 {BUILT_IN_TAGGER}；给出几个时，都与第一个比较。",
            "--model",
            "-m",
        ),
    ] = _DEFAULT,
    baselines: Annotated[
        bool,
        option(
            "Compare also with two simple taggers that learn from train now: one knows only the entities of train, one "
            "is a CRF over characters and their neighbors.",
            "还与两个简单的标注器比较，它们现在从 train 学习：一个只认识 train 里的实体，一个是只看字和邻近字的 CRF。",
        ),
    ] = False,
    split: Annotated[Literal["train", "dev", "test"], option("Split to use.", "用哪个划分评测。")] = "test",
    dictionary: Dictionaries = None,
    rules: RuleFiles = None,
    any_script: AnyScript = False,
    types_map: TypesMap = None,
    report: Report = None,
    as_json: Json = False,
    *,
    reading: ReadOptions,
    engine: EngineSettings,
    typed: set[str],
    terminal: Terminal,
) -> None:
    """Compute the F1 of a model on annotated text, as conlleval does. With several models, also compare them."""
    if "split" in typed and data.is_file():
        raise InputError(f"--split chooses a file of a folder, and {data} is a file: leave it out")
    if any_script and not dictionary:
        raise InputError("expected `dictionary` with `any_script`, which is about the terms of lists")
    if len({*model}) < len(model):
        raise InputError("--model is given twice with the same model: give each model once")
    from ner.data.corpus import notes_on_split, read_split
    from ner.data.type_table import KEEP_TYPES, parse_types_map

    if report is not None:
        from ner.evaluation.report_files import check_report_folder

        check_report_folder(report, "report", [data, *map(model_folder, model), *lexicon_paths(dictionary, rules)])
    table = KEEP_TYPES if types_map is None else parse_types_map(types_map)
    gold = read_split(data, split, reading)
    source = TaggerSource(None, engine, typed_lists(dictionary), rules or (), any_script)
    lexicon = source.read_lexicon()
    from ner.baselines.baselines import train_baselines
    from ner.commands.printing import print_reports, write_reports
    from ner.evaluation.scores import evaluate as score
    from ner.evaluation.train_split import find_train_split
    from ner.evaluation.unknown_types import note_on_types, note_on_types_map
    from ner.tagging.tagger import Tagger

    for remark in notes_on_split(gold):
        terminal.note(f"note: {remark}")
    train, no_train = find_train_split(data, split, reading)
    if baselines and train is None:
        raise InputError(f"--baselines learn from train, but {no_train}")
    reports, known = {}, {*gold.types}
    for one in model:
        tagger = Tagger.load(
            one, engine.precision, engine.threads, engine.batch_characters, pytorch=True, lexicon=lexicon
        )
        known.update(tagger.types)
        if remark := note_on_types(gold, tagger.types, table):
            terminal.note(f"note: {one}: {remark}")
        reports[str(one)] = tagger.evaluate(gold, table).report(train, no_train)
    for simple in train_baselines(train.sentences, tagger.table) if baselines and train else ():
        reports[simple.name] = score(simple, gold, table).report(train, no_train)
    if remark := note_on_types_map(table, known):
        terminal.note(f"note: {remark}")
    if report is not None:
        write_reports(reports, report)
    print_reports(reports, as_json=as_json, confidence=split == "dev")
    if report is not None:
        say(f"report: {report / 'report.html'}", err=as_json)
