"""Looking at all files before the work, and saying what is not as expected."""

from typing import TYPE_CHECKING

from ner.commands.terminal import Terminal

if TYPE_CHECKING:
    from ner.records.survey import Survey
    from ner.records.text_files import TextFiles


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
    for line in survey.notes(texts.left_out, chosen=bool(texts.options.include)):
        terminal.note(line)
    return survey
