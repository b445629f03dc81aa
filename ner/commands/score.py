"""`bert-ner score`: score the predictions of any tool."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import encoding_option
from ner.commands.parameters import Json, Report, argument
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions


@command(
    zh="按 conlleval 的算法给任何工具的预测评分；文件里要有人工标注的标签和预测的标签。",
    examples=["bert-ner score predictions.txt --report report"],
    reading=encoding_option,
)
def score(
    file: Annotated[
        Path,
        argument(
            "Columns: token, gold tag, predicted tag. A blank line ends a sentence.",
            "各列依次为：token、人工标注的标签、预测的标签；句子之间空一行。",
        ),
    ],
    report: Report = None,
    as_json: Json = False,
    *,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Score the predictions of any tool as conlleval does, from a file with gold and predicted tags."""
    from ner.commands.printing import print_json
    from ner.evaluation import evaluation_report
    from ner.evaluation.predictions_file import read_predictions
    from ner.evaluation.report_files import check_report_folder, write_report
    from ner.evaluation.terminal_summary import format_summary

    if report is not None:
        check_report_folder(report, "report", [file])
    gold, evaluation, notes = read_predictions(file, reading.encoding)
    for note in notes:
        terminal.note(f"note: {note}")
    scored = evaluation_report.Report(evaluation, evaluation_report.Background(gold, "predicted column"))
    if report is not None:  # before anything is printed, as the reader of that may stop early, such as head
        write_report(scored, report)
    if as_json:
        print_json(scored.to_dict())
    else:
        say(f"{file}\n{format_summary(evaluation)}")
    if report is not None:
        say(f"report: {report / 'report.html'}", err=as_json)
