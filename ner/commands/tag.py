"""`bert-ner tag`: find entities in text."""

from pathlib import Path
from typing import Annotated, Literal

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER, MOST_READINGS
from ner.commands.command import command
from ner.commands.options import engine_settings, text_options
from ner.commands.parameters import STANDARD_STREAM, TextColumn, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.language import Text
from ner.output_paths import check_file
from ner.tagging.engine_settings import EngineSettings

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
_Output = Annotated[
    Path | None,
    option(
        "Output file. It appears only when it is complete. Use - for standard output.",
        "输出文件；写完后才会出现。用 - 表示标准输出。",
        "--output",
        "-o",
        default=Text("standard output", "标准输出"),
    ),
]
_Format = Annotated[
    Literal["jsonl", "conll", "csv", "html"],
    option(
        "jsonl: one JSON object per text; conll: one character per line; csv: one row per entity; html: a web page.",
        "jsonl：每条文本一个 JSON 对象；conll：每行一个字；csv：每个实体一行；html：网页。",
        "--format",
    ),
]
_Nbest = Annotated[
    int,
    option(
        "Add the N most probable results for each text, each with its entities and its probability; jsonl only.",
        "给出每条文本概率最大的 N 种识别结果，每种有它的实体和概率；仅限 jsonl。",
        min=0,
        max=MOST_READINGS,
    ),
]

_Raw = Annotated[
    bool,
    option(
        "Write CSV cells as they are, also those that a spreadsheet takes for a formula, such as =1+1.",
        "CSV 单元格原样写出，包括会被电子表格当成公式的内容，例如 =1+1。",
        "--raw",
    ),
]


@command(
    zh="找出文本中的实体。文本文件可以任意大：纯文本、JSONL、CSV、Parquet，或标注文件中的句子。",
    examples=[
        'bert-ner tag --text "林晓东昨天从杭州赶到北京大学医院看望李教授。"',
        "bert-ner tag news.txt --format csv --output entities.csv",
    ],
    reading=text_options,
    engine=engine_settings,
)
def tag(
    files: Annotated[
        list[str] | None,
        argument("Text files, one text per line. Use - for standard input.", "文本文件，每行一条；- 表示标准输入。"),
    ] = None,
    model: _Model = None,
    text: Annotated[
        list[str] | None, option("A text to tag. You can give this option several times.", "要识别的文本；可多次使用。")
    ] = None,
    output: _Output = None,
    format_name: _Format = "jsonl",
    min_score: Annotated[
        float, option("Leave out entities with a lower score.", "去掉分数低于此值的实体。", min=0.0, max=1.0)
    ] = 0.0,
    nbest: _Nbest = 0,
    text_column: TextColumn = None,
    raw: _Raw = False,
    *,
    reading: ReadOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Find the entities in text files of any size: plain text, JSON lines, CSV, Parquet, or annotated files."""
    if bool(files) == bool(text):
        raise InputError("expected text files (or - for standard input) or --text, one of the two")
    if text and (text_column or reading != ReadOptions()):
        raise InputError("--text is the text itself: leave out --text-column, --from and --encoding")
    if nbest and format_name != "jsonl":
        raise InputError(
            f"{format_name} has no place for several readings: leave out --nbest, or --format {format_name}"
        )
    if raw and format_name != "csv":
        raise InputError("--raw is about the cells of a spreadsheet: leave it out, or add --format csv")
    if output == Path(STANDARD_STREAM):
        output = None
    from ner.records.entity_writers import WRITERS
    from ner.records.record_progress import RecordProgress
    from ner.records.text_sources import check_files, read_records, text_records, total_bytes
    from ner.tagging.tag_records import tag_records as run_tagging

    source = (files or [], reading.encoding, text_column, reading.format)
    check_files(*source)
    if output is not None:
        if (meant := output.suffix[1:]) in WRITERS and meant != format_name:
            raise InputError(f"{output} will be {format_name}: add --format {meant}, or name it otherwise")
        check_file(output, "output", [*named_paths(files or []), model_folder(model)])
    from ner.tagging.tagger import Tagger

    records = text_records(text) if text else read_records(*source)
    tagger = Tagger.load(model, engine.precision, engine.threads, engine.batch_characters)
    if model is None:
        terminal.note(f"note: tagged by {BUILT_IN_TAGGER}, built in; --model takes a tagger of your own")
    with RecordProgress(terminal, "tagging", total_bytes(files or [], reading.format), reading.encoding) as progress:
        run_tagging(tagger, records, output, format_name, progress.advance, min_score=min_score, nbest=nbest, raw=raw)
