"""Reporting the progress of long work to a terminal, a notebook or a log."""

import logging
import sys
from collections.abc import Callable
from typing import Protocol

LOGGER = logging.getLogger("ner")
"""The logger of the library. It shows nothing unless the program configures logging."""


class Progress(Protocol):
    """Shows the progress of long work. Tasks don't overlap: each `start` is followed by its `finish`.

    It can be any object with these four methods:

    >>> class Lines:
    ...     def note(self, line): print(line)
    ...     def start(self, task, total): print(task, "of", total)
    ...     def advance(self, done, status=""): print(done, status)
    ...     def finish(self): print("finished")
    """

    def note(self, line: str) -> None:
        """Show a line that stays, for example the scores of an epoch."""
        ...

    def start(self, task: str, total: float | None) -> None:
        """Start a task of `total` units; None if the number is unknown."""
        ...

    def advance(self, done: float, status: str = "") -> None:
        """Update the current task: `done` units are finished, and `status` describes the current state."""
        ...

    def finish(self) -> None:
        """End the current task, finished or not."""
        ...


class LogProgress:
    """The default outside notebooks: lines go to the logger "ner" with the level INFO. There is no progress bar."""

    def note(self, line: str) -> None:
        LOGGER.info(line)

    def start(self, task: str, total: float | None) -> None:
        pass

    def advance(self, done: float, status: str = "") -> None:
        pass

    def finish(self) -> None:
        pass


class RunProgress:
    """The progress of one of many runs. Its lines go to the logger, so the lines about all runs stay readable.

    Args:
        progress: shows the progress of all runs.
        name: the name of the run. It is shown with the tasks of the run.
    """

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress, self._name = progress, name

    def note(self, line: str) -> None:
        LOGGER.info("%s: %s", self._name, line)

    def start(self, task: str, total: float | None) -> None:
        self._progress.start(f"{task} {self._name}", total)

    def advance(self, done: float, status: str = "") -> None:
        self._progress.advance(done, status)

    def finish(self) -> None:
        self._progress.finish()


class LastingProgress:
    """Shows progress as long as it can be shown. Work goes on without its terminal, and when its log file is full.

    Args:
        progress: shows the progress until it fails for the first time.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress: Progress | None = progress

    def note(self, line: str) -> None:
        self._show(lambda progress: progress.note(line))

    def start(self, task: str, total: float | None) -> None:
        self._show(lambda progress: progress.start(task, total))

    def advance(self, done: float, status: str = "") -> None:
        self._show(lambda progress: progress.advance(done, status))

    def finish(self) -> None:
        self._show(lambda progress: progress.finish())

    def _show(self, show: Callable[[Progress], None]) -> None:
        if self._progress is None:
            return
        try:
            show(self._progress)
        except OSError as error:
            self._progress = None
            LOGGER.info("progress can't be shown any more (%s)", error.strerror or error)
        except ValueError as error:  # of a stream
            if "closed file" not in str(error):
                raise
            self._progress = None


def choose_progress(progress: Progress | None) -> Progress:
    """The given progress, as long as it can be shown; if it is None, a bar in a notebook, and the log elsewhere."""
    if progress is not None:
        return progress if isinstance(progress, LastingProgress) else LastingProgress(progress)
    if runs_in_notebook():
        from ner.runs.notebook_progress import NotebookProgress

        return NotebookProgress()
    return LogProgress()


def runs_in_notebook() -> bool:
    """Whether a Jupyter kernel runs this program."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"
