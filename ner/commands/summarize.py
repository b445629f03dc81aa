"""`bert-ner summarize`: tables of what tagged files hold."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import settings_options
from ner.commands.parameters import argument, option
from ner.commands.terminal import Terminal
from ner.language import Text
from ner.summarizing.summary_settings import SummarySettings


@command(
    zh="统计 tag 写出的文件：有哪些名称、各出现多少次、与谁一同出现、何时出现。",
    examples=[
        "bert-ner summarize entities.jsonl --output report",
        "bert-ner summarize out/ --output report --date published --by source",
    ],
    settings=settings_options(SummarySettings),
)
def summarize(
    files: Annotated[
        list[Path],
        argument(
            "Files that tag wrote (.jsonl, .csv, .xlsx, .parquet), or folders of them.",
            "tag 写出的文件（.jsonl、.csv、.xlsx、.parquet），或存放它们的文件夹。",
        ),
    ],
    output: Annotated[
        Path | None,
        option(
            "Folder for summary.html, summary.xlsx, and each table as CSV and Parquet.",
            "存放 summary.html、summary.xlsx 以及每张表的 CSV 和 Parquet 的文件夹。",
            "--output",
            "-o",
            default=Text("only the terminal", "只显示在终端"),
        ),
    ] = None,
    *,
    settings: SummarySettings,
    terminal: Terminal,
) -> None:
    """Count what files hold that tag wrote: which names, how often, with whom, and when."""
    from rich.console import Console

    from ner.commands.printing import print_summary
    from ner.summarizing.summarize import summarize
    from ner.summarizing.summary_report import check_summary_folder

    if output is not None:
        check_summary_folder(output, "output", files)
    summary = summarize(files, settings, terminal)
    if summary.undated:
        terminal.note(f"note: texts without a date in {settings.date!r} that can be read: {summary.undated:,}")
    if found := summary.repeated:
        terminal.note(
            f"note: texts that several inputs have, with the same file, line and entities: {found.count:,}, for "
            f"example {found.place} in {found.one} and {found.other}; they are counted several times: "
            "give each result once"
        )
    if output is not None:  # before anything is printed, as the reader of that may stop early, such as head
        summary.write_report(output)
    print_summary(summary, Console())
    if output is not None:
        say(f"report: {output / 'summary.html'}")
