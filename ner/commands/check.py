"""`bert-ner check`: find what is wrong or suspicious in a data set."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.command import command
from ner.commands.exit_status import FOUND, INPUT_WRONG
from ner.commands.messages import say
from ner.commands.options import checked_options, settings_options
from ner.commands.parameters import DATA, Json, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.output_paths import check_new, refuse_file
from ner.quantities import counted
from ner.training.training_settings import TrainingSettings

_Fix = Annotated[
    Path | None,
    option(
        "New folder for a fixed copy. changes.txt lists the changes.",
        "存放修复后的副本的新文件夹，改动列在 changes.txt 中。",
    ),
]


@command(
    zh="找出数据集中的错误和可疑的标注，并说明怎么改。\n\n退出码：有内容无法读取为 2，有错误为 1，否则为 0。",
    examples=["bert-ner check data_demo --report report"],
    reading=checked_options,
    settings=settings_options(TrainingSettings, only=("encoder", "max_length")),
)
def check(
    data: Annotated[Path, argument(*DATA)],
    report: Annotated[
        Path | None,
        option("Folder for check.html and check.json.", "存放 check.html 和 check.json 的文件夹。"),
    ] = None,
    fix: _Fix = None,
    fail_on_suspicions: Annotated[
        bool,
        option(
            "Exit with code 1 also if there are only suspicions.",
            "只有可疑之处时，退出码也为 1。",
            "--fail-on-suspicions",
        ),
    ] = False,
    as_json: Json = False,
    *,
    reading: ReadOptions,
    settings: TrainingSettings,
    terminal: Terminal,
) -> None:
    """Find errors and suspicious labels in a data set, and say how to fix them.

    Exit code: 2 if something can't be read, 1 if there are errors, 0 otherwise.
    """
    from rich.console import Console

    from ner.checking.check_corpus import check_corpus
    from ner.checking.check_report import as_dict, check_report_folder
    from ner.commands.printing import print_check, print_json

    uses = [data, *named_paths([settings.encoder])]
    if fix is not None:
        refuse_file(fix, "fix")
        check_new(fix, "fix", [*uses, *([report] if report else [])])
    if report is not None:
        check_report_folder(report, "report", [*uses, *([fix] if fix else [])])
    found = check_corpus(data, encoder=settings.encoder, max_length=settings.max_length, options=reading)
    written = []
    if report is not None:
        found.write_report(report)
        written.append(f"report: {report / 'check.html'}")
    if fix is not None:
        copy = found.write_repaired(fix)
        place = copy.files[0] if data.is_file() else fix
        written.append(f"fixed copy: {place}; {counted(copy.changes, 'change')}, listed in {fix / 'changes.txt'}")
        if copy.left_out:
            written.append(f"{copy.left_out:,} of {copy.sentences + copy.left_out:,} sentences left out")
    # Last, as its reader may stop early, such as head.
    if as_json:
        print_json(as_dict(found))
    else:
        print_check(found, Console(), terminal.words)
    for line in written:
        say(line, err=as_json)
    if not found.is_readable:
        raise typer.Exit(INPUT_WRONG)
    if found.count("error") or (fail_on_suspicions and found.findings):
        raise typer.Exit(FOUND)
