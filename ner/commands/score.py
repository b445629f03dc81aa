"""`bert-ner score`: score the predictions of any tool."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import scored_options
from ner.commands.parameters import Json, Report, TypesMap, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions


@command(
    zh="按 conlleval 的算法给任何工具的预测评分；给出多个工具的预测时，还会检验它们的差别。",
    examples=[
        "bert-ner score predictions.txt --report report",
        "bert-ner score mine.txt other.jsonl --gold test.txt --report report",
    ],
    reading=scored_options,
)
def score(
    files: Annotated[
        list[Path],
        argument(
            "Files with predictions. Without --gold, in columns: token, gold tag, predicted tag. Use - for standard "
            "input. Each file is compared with the first.",
            "预测的文件。没有 --gold 时各列依次为：token、人工标注的标签、预测的标签。- 表示标准输入。"
            "每个文件都与第一个比较。",
            metavar="FILE...",
        ),
    ],
    gold: Annotated[
        Path | None,
        option(
            "Annotated file. The other files then have predictions for the same sentences. All may have any format.",
            "标注好的文件；这时其他文件只含同样句子的预测。格式都不限。",
            "--gold",
            "-g",
        ),
    ] = None,
    types_map: TypesMap = None,
    report: Report = None,
    as_json: Json = False,
    *,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Score the predictions of any tool as conlleval does. With several files, also test whether they differ."""
    from ner.commands.printing import print_reports, write_reports
    from ner.data.type_table import KEEP_TYPES, parse_types_map
    from ner.evaluation.report_files import check_report_folder
    from ner.evaluation.score_files import score_files

    if report is not None:
        check_report_folder(report, "report", named_paths([*files, gold]))
    table = KEEP_TYPES if types_map is None else parse_types_map(types_map)
    scored = score_files(files, gold, options=reading, types_map=table)
    for note in scored.notes:
        terminal.note(f"note: {note}")
    if report is not None:
        write_reports(scored.reports, report)
    print_reports(scored.reports, as_json=as_json)
    if report is not None:
        say(f"report: {report / 'report.html'}", err=as_json)
