"""What all long runs ask of their output folder: to be theirs, and to go on only as they began."""

import json
from pathlib import Path
from typing import Any

from ner.errors import InputError
from ner.files import atomic_writer

UNFINISHED = "unfinished-run"
"""The folder of the output folder in which a run keeps what only its resumption needs."""
_RUN = "run.json"


def require_folder(output: Path) -> None:
    """Raises InputError if `output` is a file."""
    if output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file: `output` takes a folder")


def require_resumable(output: Path, run: dict[str, Any], resume: bool, source: str = "data have") -> None:
    """Let the unfinished run in `output` be gone on with as the one that `run` describes.

    Raises:
        InputError: nobody asked to `resume` it, or it was another.
    """
    if not resume:
        raise InputError(f"{output} holds an unfinished run: continue it with `resume`, or choose another `output`")
    check_same_run(json.loads((output / UNFINISHED / _RUN).read_text(encoding="utf-8")), run, output, source)


def begin_run(output: Path, run: dict[str, Any]) -> None:
    """Write down what describes a new run in `output`. Raises InputError if that can't be written."""
    try:
        with atomic_writer(output / UNFINISHED / _RUN) as file:
            json.dump(run, file, ensure_ascii=False, indent=2)
    except OSError as error:
        raise InputError(f"can't write into {output} ({error.strerror}): choose another `output`") from error


def check_same_run(before: dict[str, Any], now: dict[str, Any], output: Path, source: str = "data have") -> None:
    """Compare the `settings` and the `data` of the run in `output` when it began with those of now.

    `source` says in a message what has changed, with its verb.

    Raises:
        InputError: with the first difference.
    """
    for name, value in now["settings"].items():
        if before["settings"].get(name) != value:
            raise InputError(
                f"the run in {output} began with `{name}` {before['settings'].get(name)}, not {value}: "
                "resume it with the same settings, or choose another `output`"
            )
    if before["data"] != now["data"]:
        raise InputError(f"the {source} changed since the run in {output} began: choose another `output`")
