"""Progress in a notebook: one output with the lines so far and a progress bar."""

import time
from html import escape
from importlib import import_module
from typing import Any

# Seconds between two updates of the bar. Each update is a message to the browser.
_PAUSE = 0.2


class NotebookProgress:
    """A `Progress` in the output of a Jupyter cell. It needs only IPython."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._task = ""
        self._total: float | None = None
        self._done, self._status = 0.0, ""
        self._shown = 0.0
        self._handle: Any = None

    def note(self, line: str) -> None:
        self._lines.append(line)
        self._draw()

    def start(self, task: str, total: float | None) -> None:
        self._task, self._total, self._done, self._status = task, total, 0.0, ""
        self._draw()

    def advance(self, done: float, status: str = "") -> None:
        self._done, self._status = done, status
        if time.monotonic() - self._shown >= _PAUSE:
            self._draw()

    def finish(self) -> None:
        self._task = ""
        self._draw()

    def _repr_html_(self) -> str:
        """The current lines and the current bar."""
        lines = f"<pre>{escape(chr(10).join(self._lines))}</pre>" if self._lines else ""
        if not self._task:
            return lines or "<span></span>"
        share = f' value="{self._done}" max="{self._total}"' if self._total else ""
        return f"{lines}<div>{escape(self._task)} <progress{share}></progress> {escape(self._status)}</div>"

    def _draw(self) -> None:
        self._shown = time.monotonic()
        if self._handle is None:
            self._handle = import_module("IPython.display").display(self, display_id=True)
        else:
            self._handle.update(self)
