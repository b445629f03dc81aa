"""Looking at all files before the work, and saying what is not as expected."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ner.commands.terminal import Terminal

if TYPE_CHECKING:
    from ner.records.survey import Survey
    from ner.records.text_files import TextFiles

_SHOWN = 3


def look_at(texts: "TextFiles", terminal: Terminal) -> "Survey":
    """Read all files once, with a note for other encodings than UTF-8, for empty files and for files of other kinds.

    Raises:
        InputError: some files can't be read.
    """
    terminal.start("reading files", len(texts.names))
    looked = iter(range(len(texts.names)))
    try:
        survey = texts.survey(lambda name: terminal.advance(next(looked), name))
    finally:
        terminal.finish()
    for encoding in sorted({*survey.encodings.values()}):
        names = [name for name, found in survey.encodings.items() if found == encoding]
        terminal.note(f"note: read as {encoding}: {_listed(names)}; `encoding` chooses another")
    if survey.empty:
        terminal.note(f"note: without text: {_listed(survey.empty)}")
    if texts.left_out:
        terminal.note(f"note: left out, as their names are not those of text files: {_listed(texts.left_out)}")
    if survey.missing:
        terminal.note(f"note: records without a text, which are read as empty: {survey.missing:,}")
    return survey


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
