"""What a command says beside its result, on standard error: progress, notes and log."""

import logging
from typing import Annotated, Any

import typer

from ner.commands.exit_status import in_words_of_options
from ner.commands.messages import shown
from ner.commands.parameters import option
from ner.commands.terminal_progress import TerminalProgress
from ner.runs.launched import process_number


class Terminal(TerminalProgress):
    """Shows progress and notes in the words of the command that runs.

    Args:
        command: the command, as click knows it.
        quiet: show nothing.
    """

    def __init__(self, command: Any, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._command = command

    def note(self, line: str) -> None:
        super().note(shown(self.words(line)))

    def words(self, message: str) -> str:
        """A text of the library with options in place of the names of parameters."""
        return in_words_of_options(message, self._command)


class _NoteHandler(logging.Handler):
    """Shows records of the log as notes, which don't break a progress bar, each once: files are read more than once."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._shown: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.levelname.lower()}: {record.getMessage()}"
        if line not in self._shown:
            self._shown.add(line)
            self._terminal.note(line)


def open_terminal(
    ctx: typer.Context,
    quiet: Annotated[bool, option("Show no progress and no notes.", "不显示进度和说明。", "--quiet", "-q")] = False,
    verbose: Annotated[
        bool,
        option(
            "Also show log messages and warnings of transformers.",
            "还显示日志和 transformers 的警告。",
            "--verbose",
            "-v",
        ),
    ] = False,
) -> Terminal:
    """The group `terminal`, which all commands have."""
    terminal = Terminal(ctx.command, quiet or process_number() > 0)
    logger, handler = logging.getLogger("ner"), _NoteHandler(terminal)
    before = logger.level
    logger.addHandler(handler)
    if verbose:
        logger.setLevel(logging.DEBUG)

    def restore() -> None:
        logger.removeHandler(handler)
        logger.setLevel(before)

    ctx.call_on_close(restore)
    return terminal
