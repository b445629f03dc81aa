"""Calls a function in this process, and says what of the way in which it ends is never right."""

import gc
import re
import signal
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from typer.testing import CliRunner

from ner.commands.app import app
from ner.errors import InputError
from tests.helpers.outcome import Outcome, faults

_PYTHON_WORDS = re.compile(r"\b[A-Za-z_.]+(?:Error|Exception|Warning)\b|<class|object at 0x|site-packages|NoneType")


class _TimeOver(BaseException):
    """Not caught by what catches all exceptions that it knows."""


def _end(number: int, frame: Any) -> None:
    raise _TimeOver


def bounded(function: Callable[[], object], seconds: float = 5) -> tuple[object, list[str]]:
    """Call a function of the library.

    Args:
        function: what may return, or raise an InputError or OSError with a sentence.
        seconds: its time on the processor.

    Returns:
        What it returned, and what is wrong.
    """
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return function(), []
    except InputError as error:
        if word := _PYTHON_WORDS.search(str(error)):
            return None, [f"{word[0]} in a message | {str(error)[:200]!r}"]
        return None, [] if str(error).strip() else ["an InputError without a sentence"]
    except _TimeOver:
        return None, [f"takes more than {seconds} s"]
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/ner/" in frame.filename]
        where = f" in {frames[-1].filename.split('/ner/')[-1]}, {frames[-1].name}" if frames else ""
        return None, [f"{type(error).__name__}{where} | {str(error)[:200]}"]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run_here(arguments: Sequence[object], stdin: bytes | None = None, seconds: float = 10) -> tuple[Outcome, list[str]]:
    """Run a command line in this process: quicker than a fork, for commands that can't crash it."""
    line = tuple(map(str, arguments))
    result, wrong = bounded(lambda: CliRunner().invoke(app, list(line), input=stdin), seconds)
    if result is None:
        return Outcome(line, 1, "", ""), wrong
    errors = result.stderr  # type: ignore[attr-defined]
    raised = result.exception  # type: ignore[attr-defined]
    if isinstance(raised, _TimeOver):
        return Outcome(line, 1, "", ""), [f"takes more than {seconds} s"]
    if raised is not None and not isinstance(raised, SystemExit):
        errors += "".join(traceback.format_exception(raised))
    outcome = Outcome(line, result.exit_code, result.stdout, errors)  # type: ignore[attr-defined]
    del result, raised
    return outcome, faults(outcome)


def collect_garbage() -> None:
    """Let go of the tracebacks of many failed calls."""
    gc.collect()
