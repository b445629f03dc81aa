"""`bert-ner lexicon`: check lists of terms, and make them from annotated text."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command, command_group
from ner.commands.lexicon_files import AnyScript, lexicon_paths, typed_lists
from ner.commands.options import read_options
from ner.commands.parameters import DATA, Json, argument, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.quantities import counted

if TYPE_CHECKING:
    from ner.checking.check_lexicon import LexiconCheck

_SHOWN = 20


@command(
    zh="看词表在标注数据上的效果：哪些词多半不是实体，哪些从不出现，哪些重复。",
    examples=["bert-ner lexicon check names.csv --data data_demo"],
    reading=read_options,
)
def check(
    lists: Annotated[
        list[str], argument("Lists of terms, as for tag --dictionary.", "词表，与 tag --dictionary 相同。")
    ],
    data: Annotated[Path, option(*DATA, "--data", "-d")],
    output: Annotated[
        Path | None,
        option("CSV file with a row for each entry.", "每个词条一行的 CSV 文件。", "--output", "-o"),
    ] = None,
    any_script: AnyScript = False,
    as_json: Json = False,
    model: Annotated[
        Path | None,
        option(
            f"Model that will tag with the list, from train or export, or {BUILT_IN_TAGGER} (built in). Types that it "
            "doesn't know are named.",
            f"将用这个词表的模型：train 或 export 生成的文件夹，或内置的 {BUILT_IN_TAGGER}。会指出它不认识的类型。",
            "--model",
            "-m",
        ),
    ] = None,
    *,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Show what a list would do on annotated data: entries that harm, that never match, and duplicates."""
    from ner.checking.check_lexicon import check_lexicon
    from ner.commands.printing import print_json
    from ner.data.corpus import read_splits
    from ner.files import atomic_writer
    from ner.lexicon.lexicon import Lexicon
    from ner.spreadsheet_cells import frame_to_csv
    from ner.tagging.model_info import read_types

    if output is not None:
        _check_table(output, [data, *lexicon_paths(lists, None)])
    lexicon = Lexicon.read_typed(typed_lists(lists), any_script=any_script)
    known, table = read_types(model or BUILT_IN_TAGGER)
    splits = read_splits(data, reading)
    sentences = (sentence for split in splits.values() for sentence in split.sentences)
    found = check_lexicon(lexicon, sentences, table, known if model else None)
    if output is not None:
        with atomic_writer(output, "utf-8-sig") as file:
            file.write(frame_to_csv(found.frame))
    if as_json:
        frame = found.frame.astype(object)
        print_json({"entries": frame.where(frame.notna(), None).to_dict("records"), "notes": [*found.notes]})
    else:
        _print(found)


def _check_table(output: Path, uses: Sequence[Path]) -> None:
    from ner.files import is_special
    from ner.output_paths import check_file

    if output.suffix.lower() != ".csv" and not is_special(output):
        raise InputError(f"expected `output` to end in .csv, got {output}")
    check_file(output, "output", uses)


def _print(found: "LexiconCheck") -> None:
    from rich.console import Console

    from ner.commands.printing import rich_table

    console = Console()
    matching = [use for use in found.uses if use.matches]
    total, right = sum(use.matches for use in matching), sum(use.right for use in matching)
    console.print(
        f"{len(found.uses):,} entries, {len(found.uses) - len(matching):,} never match; {total:,} matches, "
        f"{right:,} are entities of their type" + (f" ({right / total:.1%})" if total else "")
    )
    frame = found.frame
    harmful = frame.assign(wrong=frame["matches"] - frame["right"])
    harmful = harmful[(harmful["wrong"] > 0) & (harmful["mode"] != "never")].sort_values("wrong", ascending=False)
    if len(harmful):
        columns = ["term", "type", "matches", "right", "suggestion", "example"]
        title = "The most matches that are no entities of their type"
        shown = harmful[columns].head(_SHOWN)
        console.print(rich_table(shown, title, left=("term", "type", "suggestion", "example")))
    for note in found.notes[:_SHOWN]:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    if len(found.notes) > _SHOWN:
        console.print(f"and {len(found.notes) - _SHOWN:,} more")


@command(
    zh="用标注数据中的实体生成词表，每个词取最常见的类型。",
    examples=["bert-ner lexicon from data_demo --output names.csv"],
    makes_files=True,
    reading=read_options,
)
def from_(
    data: Annotated[Path, argument(*DATA)],
    output: Annotated[Path, option("CSV file for the list.", "词表的 CSV 文件。", "--output", "-o")],
    least_length: Annotated[int, option("Leave out shorter entities.", "去掉更短的实体。", min=1, max=100)] = 2,
    *,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Make a list from the entities of train, each with its most frequent type. A single file is read as train."""
    import csv

    from ner.commands.messages import say
    from ner.data.corpus import read_splits
    from ner.files import atomic_writer
    from ner.lexicon.lexicon import Lexicon
    from ner.spreadsheet_cells import harmless_cell

    _check_table(output, [data])
    splits = read_splits(data, reading, require=("train",), wanted=("train",))
    lexicon = Lexicon.from_sentences(splits["train"].sentences, least_length=least_length)
    with atomic_writer(output, "utf-8-sig") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["term", "type"])
        rows.writerows([harmless_cell(entry.term), harmless_cell(entry.type)] for entry in lexicon)
    say(f"{output}: {counted(len(lexicon), 'term')}")


from_.run.__name__ = "from"


@command_group(zh="检查词表，或从标注数据生成词表。", commands=[check, from_])
def lexicon() -> None:
    """Check lists of terms, or make them from annotated data."""
