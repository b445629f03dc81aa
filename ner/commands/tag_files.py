"""Tagging the texts of files: what `tag` and `client tag` share."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ner.choices import MOST_READINGS
from ner.commands.parameters import STANDARD_STREAM, TextColumn, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.language import Text
from ner.output_paths import check_file

if TYPE_CHECKING:
    from ner.records.record import Record
    from ner.tagging.tag_records import Reader

FormatName = Literal["jsonl", "conll", "csv", "html"]

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
    FormatName,
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


@dataclass(frozen=True)
class TagFiles:
    """The texts, and where their entities are written. It is a group of options: see `with_settings`.

    Raises:
        InputError: some options don't go together.
    """

    files: Annotated[
        list[str] | None,
        argument("Text files, one text per line. Use - for standard input.", "文本文件，每行一条；- 表示标准输入。"),
    ] = None
    text: Annotated[
        list[str] | None, option("A text to tag. You can give this option several times.", "要识别的文本；可多次使用。")
    ] = None
    output: _Output = None
    format_name: _Format = "jsonl"
    min_score: Annotated[
        float, option("Leave out entities with a lower score.", "去掉分数低于此值的实体。", min=0.0, max=1.0)
    ] = 0.0
    nbest: _Nbest = 0
    text_column: TextColumn = None
    raw: _Raw = False

    def __post_init__(self) -> None:
        if bool(self.files) == bool(self.text):
            raise InputError("expected text files (or - for standard input) or --text, one of the two")
        if self.nbest and self.format_name != "jsonl":
            raise InputError(
                f"{self.format_name} has no place for several readings: leave out --nbest, or --format "
                f"{self.format_name}"
            )
        if self.raw and self.format_name != "csv":
            raise InputError("--raw is about the cells of a spreadsheet: leave it out, or add --format csv")

    def run(
        self,
        load: Callable[[Iterator["Record"]], tuple["Reader", Iterator["Record"]]],
        reading: ReadOptions,
        terminal: Terminal,
        keep: Iterable[Path] = (),
        *,
        sources: bool = False,
    ) -> None:
        """Tag the texts.

        Args:
            load: gives what finds the entities, when the files have been checked. It takes the texts, and returns all
                of them, so that it can look at the first ones.
            reading: how files are read.
            terminal: shows progress.
            keep: what must not be overwritten, besides the files.
            sources: whether tables have columns for the source and the id of entities.

        Raises:
            InputError: files can't be read, or the output can't be written.
        """
        if self.text and (self.text_column or reading != ReadOptions()):
            raise InputError("--text is the text itself: leave out --text-column, --from and --encoding")
        from ner.records.entity_writers import WRITERS
        from ner.records.record_progress import RecordProgress
        from ner.records.text_sources import check_files, read_records, text_records, total_bytes
        from ner.tagging.tag_records import tag_records

        files = self.files or []
        source = (files, reading.encoding, self.text_column, reading.format)
        check_files(*source)
        output = None if self.output == Path(STANDARD_STREAM) else self.output
        if output is not None:
            if (meant := output.suffix[1:]) in WRITERS and meant != self.format_name:
                raise InputError(f"{output} will be {self.format_name}: add --format {meant}, or name it otherwise")
            check_file(output, "output", [*named_paths(files), *keep])
        tagger, records = load(iter(text_records(self.text) if self.text else read_records(*source)))
        total = total_bytes(files, reading.format)
        with RecordProgress(terminal, "tagging", total, reading.encoding) as progress:
            tag_records(
                tagger,
                records,
                output,
                self.format_name,
                progress.advance,
                min_score=self.min_score,
                nbest=self.nbest,
                raw=self.raw,
                sources=sources,
            )
