"""`bert-ner agreement`: compare the labels of two people."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import read_options
from ner.commands.parameters import Json, argument, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.quantities import counted

_SHOWN = 20


@command(
    zh="比较两个人对同样文本的标注：实体的 F1、Cohen's kappa，以及所有不一致之处。",
    examples=["bert-ner agreement anna.jsonl bo.jsonl --report report"],
    reading=read_options,
)
def agreement(
    a: Annotated[Path, argument("Annotated file of the first person, A.", "第一个人（A）的标注文件。")],
    b: Annotated[Path, argument("Annotated file of the second person, B.", "第二个人（B）的标注文件。")],
    report: Annotated[
        Path | None,
        option(
            "Folder for agreement.html, with all disagreements side by side, and agreement.json.",
            "存放 agreement.html（并排列出所有不一致之处）和 agreement.json 的文件夹。",
        ),
    ] = None,
    as_json: Json = False,
    *,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Compare the labels of two people for the same texts: F1 of entities, Cohen's kappa, and all disagreements."""
    from rich.console import Console

    from ner.commands.printing import print_json, rich_table
    from ner.data.corpus import notes_on_split, read_file
    from ner.evaluation.agreement import CAVEAT, compare_annotators
    from ner.evaluation.agreement_report import PAGE, check_agreement_folder, describe, write_agreement
    from ner.pages.highlight import visible

    if report is not None:
        check_agreement_folder(report, "report", [a, b])
    splits = [read_file(path, reading) for path in (a, b)]
    for note in [note for split in splits for note in notes_on_split(split)]:
        terminal.note(f"note: {note}")
    found = compare_annotators(*splits)
    if report is not None:  # before anything is printed, as the reader of that may stop early, such as head
        write_agreement(found, report, (str(a), str(b)))
    if as_json:
        print_json({"A": str(a), "B": str(b), **found.to_dict()})
    else:
        left_out = f"; {found.only_a:,} only in A and {found.only_b:,} only in B are left out"
        say(f"{counted(len(found.sentences), 'text')} of both{left_out * bool(found.only_a or found.only_b)}")
        interval = f", 95% interval {found.interval[0]:.2f} to {found.interval[1]:.2f}" if found.interval else ""
        say(f"F1 of entities {found.f1:.2f}{interval}")
        kappas = ["none" if value is None else f"{value:.3f}" for value in (found.kappa, found.kappa_labelled)]
        say(f"Cohen's kappa {kappas[0]} of all characters, {kappas[1]} of those that A or B labelled")
        table = found.per_type.assign(
            **{name: found.per_type[name].map(f"{{:.{places}f}}".format) for name, places in (("f1", 2), ("kappa", 3))}
        )
        Console().print(rich_table(table.astype(str), left=("type",)))
        say(f"{CAVEAT}\n")
        for one in found.disagreements[:_SHOWN]:
            sentence = found.sentences[one.sentence]
            say(visible(f"{sentence.path}:{sentence.line} {describe(one)}"))
        if (more := len(found.disagreements) - _SHOWN) > 0:
            say(f"and {more:,} more: --report shows all")
    if report is not None:
        say(f"report: {report / PAGE}", err=as_json)
