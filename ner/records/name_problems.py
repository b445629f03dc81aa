"""What is wrong with the names of files, and which options no file has a use for: they would be ignored in silence."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from ner.records.source_files import (
    DELIMITED,
    EXCEL,
    JSON_LINES,
    STANDARD_INPUT,
    TEXT_FILES,
    WITH_COLUMNS,
    is_folder,
    suffix,
)
from ner.records.text_options import TextOptions


def name_problems(given: Sequence[str], names: Sequence[str], options: TextOptions) -> Iterator[str]:
    """Check names before anything is read.

    Args:
        given: the files, folders and archives.
        names: the files, with those of folders and archives.
        options: how they are read.
    """
    if given.count(STANDARD_INPUT) > 1:
        yield "standard input can be read once: name `-` once"
    packed = [name for name in given if is_folder(name) or Path(name).suffix.lower() == ".zip"]
    if options.include and (options.format or not packed):
        yield "`include` chooses files of folders and zip archives: leave it out"
    elif given and not names:
        patterns = " or ".join(options.include or ())
        wanted = f"is named {patterns}" if patterns else f"has a name that ends in {', '.join(TEXT_FILES)}"
        yield f"{', '.join(given)}: no file in it {wanted}"


def idle_options(
    names: Sequence[str], options: TextOptions, choosing: Sequence[str], named: Collection[str] = DELIMITED
) -> Iterator[str]:
    """Find options about other kinds of files than those that are read.

    Args:
        names: the files.
        options: how they are read.
        choosing: those of the options that choose a column.
        named: the endings of files whose columns can be named by `columns`.
    """
    kinds = {suffix(name) for name in names}
    if options.sheet and EXCEL not in kinds:
        yield "`sheet` is about Excel files: leave it out"
    if options.columns and kinds.isdisjoint(named):
        yield "`columns` is about CSV and TSV files: leave it out"
    if options.format or not kinds.isdisjoint((*WITH_COLUMNS, *JSON_LINES)):
        return
    given = [f"`{parameter}`" for parameter in choosing if getattr(options, parameter) is not None]
    for name in names if given else ():
        shown = "standard input" if name == STANDARD_INPUT else name
        yield f"{shown}: is read as lines of text, which have no columns: leave out {', '.join(given)}"
