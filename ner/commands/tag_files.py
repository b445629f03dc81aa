"""Tagging the texts of files: what `tag` and `client tag` share."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ner.choices import MOST_READINGS
from ner.commands.look_at_texts import look_at
from ner.commands.parameters import STANDARD_STREAM, TEXT_FILES, argument, named_paths, option
from ner.commands.signals import STOP_SIGNALS
from ner.commands.terminal import Terminal
from ner.errors import InputError, InterruptedRun
from ner.language import Text
from ner.output_paths import check_file
from ner.records.remote_files import is_url
from ner.records.text_options import TextOptions

if TYPE_CHECKING:
    from ner.records.output_formats import FormatName
    from ner.scaling.shard_task import ShardOutput
    from ner.tagging.tag_records import Reader, Tally

_Output = Annotated[
    str | None,  # a Path would lose the slash at the end
    option(
        "Output file: .jsonl, .csv, .xlsx, .parquet, .html or .conll. It appears only when it is complete. A folder, "
        "whose name ends in /, or a URL such as s3://bucket/out/, gets shards that an interrupted run can go on with. "
        "Use - for standard output.",
        "输出文件：.jsonl、.csv、.xlsx、.parquet、.html 或 .conll；写完后才会出现。以 / 结尾表示文件夹，也可以是 "
        "s3://bucket/out/ 这样的 URL：结果分片写入，中断后可以接着运行。用 - 表示标准输出。",
        "--output",
        "-o",
        default=Text("standard output", "标准输出"),
    ),
]
_Format = Annotated[
    Literal["jsonl", "conll", "csv", "html", "parquet"] | None,
    option(
        "Format of standard output and of shards. jsonl: one JSON object per text; conll: one character per line; csv: "
        "one row per entity; html (not of shards): a web page; parquet (of shards): one row per entity.",
        "标准输出和分片的格式。jsonl：每条文本一个 JSON 对象；conll：每行一个字；csv：每个实体一行；"
        "html（不用于分片）：网页；parquet（用于分片）：每个实体一行。",
        "--format",
        default=Text("JSON lines", "JSON Lines 格式"),
    ),
]
_Types = Annotated[
    str | None,
    option(
        "Types of the entities that are written, for example PER,ORG.",
        "只写出这些类型的实体，例如 PER,ORG。",
        default=Text("all", "全部"),
    ),
]
_MinScore = Annotated[
    float,
    option(
        "Leave out entities with a lower score. A score is the probability that the entity is right: of those with "
        "0.9, about 9 in 10 should be.",
        "去掉分数低于此值的实体。分数是实体正确的概率：分数为 0.9 的实体，大约十个里有九个是对的。",
        min=0.0,
        max=1.0,
    ),
]
_Context = Annotated[
    int,
    option(
        "Write each entity with N characters before and after it (csv, xlsx, parquet, jsonl).",
        "写出每个实体前后各 N 个字（csv、xlsx、parquet、jsonl）。",
        metavar="N",
        min=0,
        max=10_000,
    ),
]
_Sentence = Annotated[
    bool,
    option(
        "Write each sentence as a text of its own, with its place in the text of the file, sentence_start. A text is "
        "still read as a whole.",
        "把每个句子写成一条文本，sentence_start 是它在原文本中的位置。识别时仍读整条文本。",
        "--sentence",
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
_Explain = Annotated[
    bool,
    option(
        "Write the probability of each entity without the list and the rules, too, as model_score (csv, xlsx, parquet, "
        "jsonl).",
        "同时写出不用词表和规则时每个实体的概率，即 model_score（csv、xlsx、parquet、jsonl）。",
        "--explain",
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
_Bom = Annotated[
    bool,
    option(
        "Begin CSV files with the mark by which Excel recognises UTF-8.",
        "在 CSV 文件开头写上 Excel 用来识别 UTF-8 的标记（BOM）。",
        "--bom/--no-bom",
    ),
]

_LOOKS_LIKE_JSON = (
    "note: standard input is read as lines of text, but looks like JSON lines: --text-column text reads the field text "
    "of each"
)


@dataclass(frozen=True)
class TagFiles:
    """The texts, and where their entities are written. It is a group of options: see `with_settings`.

    Raises:
        InputError: some options don't go together.
    """

    files: Annotated[
        list[str] | None,
        argument(*TEXT_FILES),
    ] = None
    text: Annotated[
        list[str] | None, option("A text to tag. You can give this option several times.", "要识别的文本；可多次使用。")
    ] = None
    output: _Output = None
    format_name: _Format = None
    types: _Types = None
    min_score: _MinScore = 0.0
    context: _Context = 0
    sentence: _Sentence = False
    nbest: _Nbest = 0
    explain: _Explain = False
    raw: _Raw = False
    bom: _Bom = True

    def __post_init__(self) -> None:
        if bool(self.files) == bool(self.text):
            raise InputError("expected text files (or - for standard input) or --text, one of the two")
        if self.output and self.folder is None and is_url(self.output):
            raise InputError(f"{self.output}: what is written to a URL is a folder of shards, whose name ends in /")
        kind = self._kind()
        if self.nbest and kind != "jsonl":
            raise InputError(f"{kind} has no place for several readings: leave out --nbest, or write .jsonl")
        if self.nbest and self.sentence:
            raise InputError("several readings are those of a whole text: leave out --nbest or --sentence")
        if (self.raw or not self.bom) and kind != "csv":
            raise InputError(f"{'--raw' if self.raw else '--no-bom'} is about CSV files: leave it out, or write .csv")
        if self.context and kind in ("html", "conll"):
            raise InputError(f"{kind} has the whole text: leave out --context")
        if self.explain and kind in ("html", "conll"):
            raise InputError(f"{kind} has no place for a second probability: leave out --explain")

    def run(
        self,
        load: Callable[[int], "Reader"],
        reading: TextOptions,
        terminal: Terminal,
        keep: Iterable[Path] = (),
        *,
        listed: bool = False,
        when_stopped: str = "run the same command again",
    ) -> None:
        """Tag the texts.

        Args:
            load: gives what finds the entities, when the files have been checked. It takes the number of their
                characters; those of standard input are not known yet.
            reading: how files are read.
            terminal: shows progress.
            keep: what must not be overwritten, besides the files.
            listed: whether entities may come from a list or from rules, and are written with their source and id.
            when_stopped: what somebody can do who has pressed Ctrl-C.

        Raises:
            InputError: files can't be read, or the output can't be written.
            InterruptedRun: somebody pressed Ctrl-C. JSON lines and CSV that are whole are kept.
        """
        if self.folder is not None:
            raise InputError(f"{self.output} is a folder: `output` takes a file here")
        if self.text and reading != TextOptions():
            raise InputError("--text is the text itself: leave out options about files, such as --encoding")
        if self.explain and not listed:
            raise InputError("--explain compares with what a list or rules change: give --dictionary or --rules")
        from ner.records.output_formats import lexicon_columns, open_writer, partial_output
        from ner.records.record_progress import RecordProgress
        from ner.records.survey import Survey
        from ner.records.text_files import TextFiles, text_records
        from ner.tagging.tag_records import Tally, choose_types, tag_records

        texts = TextFiles(self.files or [], reading)
        output, kind = self._file(), self._kind()
        partial = partial_output(output, kind)
        uses = [*named_paths(texts.names), *keep]
        for path in filter(None, (output, partial)):
            check_file(path, "output", uses)
        survey = Survey(characters=sum(map(len, self.text))) if self.text else look_at(texts, terminal)
        if not survey.whole and reading.text_column and kind in ("csv", "xlsx", "parquet"):
            terminal.note("note: of records on standard input, tables have the text only; .jsonl has all fields")
        began = time.perf_counter()
        tagger = load(survey.characters)
        types = None if self.types is None else choose_types(tagger.types, self.types)
        tally = Tally()
        try:
            with (
                RecordProgress(terminal, "tagging", survey) as progress,
                open_writer(
                    output,
                    kind,
                    survey.columns,
                    tagger.types,
                    context=self.context,
                    sentence=self.sentence,
                    raw=self.raw,
                    bom=self.bom,
                    lexicon=lexicon_columns(listed=listed, explain=self.explain),
                    partial=lambda: partial if tally.last else None,
                ) as writer,
            ):
                for records in [text_records(self.text)] if self.text else texts.parts():
                    tag_records(
                        tagger,
                        records,
                        writer,
                        progress.advance,
                        min_score=self.min_score,
                        types=types,
                        nbest=self.nbest,
                        tally=tally,
                    )
                    sys.stdout.flush()  # before it waits for more of standard input
                    if texts.looks_like_json:
                        texts.looks_like_json = False  # it is told once
                        terminal.note(_LOOKS_LIKE_JSON)
        except KeyboardInterrupt:
            if output is None:
                raise
            stopped = f"interrupted by {STOP_SIGNALS.name}"
            if partial is None or tally.last is None:
                raise InterruptedRun(f"{stopped}: nothing is kept; {when_stopped}") from None
            raise InterruptedRun(
                f"{stopped}: {tally}, up to {tally.last.file}:{tally.last.line}, are in {partial}; {when_stopped}"
            ) from None
        if self.files:
            terminal.note(f"files {len(texts.names):,}, {tally}, {time.perf_counter() - began:.1f} s")
        note_overruled(tally, terminal)
        if self.min_score and tally.types:
            terminal.note(
                f"by their scores, {tally.expected / tally.types.total():.0%} of these entities are right; scores are "
                "reliable on text like the training text of the tagger"
            )

    @property
    def folder(self) -> str | None:
        """The folder of the output, a path or a URL; None if it is a file."""
        name = str(self.output or "")
        if not name.endswith(("/", os.sep)) and not (name and Path(name).is_dir()):
            return None
        return name.rstrip("/") if is_url(name) else str(Path(name))

    def shard_output(self) -> "ShardOutput":
        """What is written of each text into shards."""
        from ner.scaling.shard_task import ShardOutput

        return ShardOutput(
            self._kind(),
            self.types,
            self.min_score,
            self.nbest,
            self.context,
            self.sentence,
            raw=self.raw,
            bom=self.bom,
            explain=self.explain,
        )

    def _file(self) -> Path | None:
        return None if self.output in (None, STANDARD_STREAM) else Path(self.output)

    def _kind(self) -> "FormatName":
        from ner.records.output_formats import choose_format

        if self.folder is not None:
            if self.text:
                raise InputError("texts of the command line are few: let `output` be a file")
            if self.format_name == "html":
                raise InputError("expected `format_name` jsonl, conll, csv or parquet for shards, got html")
            return self.format_name or "jsonl"
        return choose_format(self._file(), self.format_name)


def note_overruled(tally: "Tally", terminal: Terminal) -> None:
    """Say how many terms with mode `force` had no room."""
    if tally.overruled:
        terminal.note(
            f"note: terms with mode force that a longer or an earlier one left no room for: {tally.overruled:,}; "
            f"the first: {tally.first_overruled}"
        )
