"""What long work reports while it runs, and to whom: a terminal, a notebook, a log, or nobody."""

import logging
import sys
from typing import Protocol

LOGGER = logging.getLogger("ner")
"""Takes the remarks of the library; silent unless the program that uses it asks to see them."""


class Progress(Protocol):
    """Shows how far some work is. Tasks don't overlap: each `start` is followed by its `finish`.

    Any object with these four methods will do:

    >>> class Lines:
    ...     def note(self, line): print(line)
    ...     def start(self, task, total): print(task, "of", total)
    ...     def advance(self, done, status=""): print(done, status)
    ...     def finish(self): print("finished")
    """

    def note(self, line: str) -> None:
        """Show a line that stays, such as the scores of an epoch."""
        ...

    def start(self, task: str, total: float | None) -> None:
        """Begin a task of `total` units; None if nobody knows how many."""
        ...

    def advance(self, done: float, status: str = "") -> None:
        """Say that `done` units of the task are done in all, and how it is going."""
        ...

    def finish(self) -> None:
        """End the task, whether or not all of it was done."""
        ...


class LogProgress:
    """The default: remarks go to the logger "ner" with the level INFO, and nothing else is shown."""

    def note(self, line: str) -> None:
        LOGGER.info(line)

    def start(self, task: str, total: float | None) -> None:
        pass

    def advance(self, done: float, status: str = "") -> None:
        pass

    def finish(self) -> None:
        pass


class RunProgress:
    """One of many runs, shown under its name; its remarks go to the logger, so that those of the whole stay readable.

    Args:
        progress: shows the whole.
        name: of the run, and what is left after it.
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


def choose_progress(progress: Progress | None) -> Progress:
    """What the caller gave; without it a bar in a notebook, and elsewhere only the log."""
    if progress is not None:
        return progress
    if runs_in_notebook():
        from ner.runs.notebook_progress import NotebookProgress

        return NotebookProgress()
    return LogProgress()


def runs_in_notebook() -> bool:
    """Whether a Jupyter kernel runs this program."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"
