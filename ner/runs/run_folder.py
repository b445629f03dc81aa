"""The output folder of a long run: checking it, and resuming a run with the same settings and data."""

from pathlib import Path
from typing import Any

from ner.errors import InputError
from ner.files import read_json, write_json

UNFINISHED = "unfinished-run"
"""The subfolder of the output folder with the files that only an unfinished run needs."""
_RUN = "run.json"


def require_folder(output: Path) -> None:
    """Check that `output` is a folder or doesn't exist.

    Raises:
        InputError: it is a file.
    """
    if output.exists() and not output.is_dir():
        raise InputError(f"expected `output` to be a folder, got the file {output}")


def require_resumable(output: Path, run: dict[str, Any], resume: bool, source: str = "data have") -> None:
    """Check that the unfinished run in `output` may be resumed.

    Args:
        output: the output folder.
        run: the `settings` and the `data` of the current run.
        resume: whether the user wants to resume it.
        source: what the data are called in messages, with its verb.

    Raises:
        InputError: `resume` is False, or the unfinished run has other settings or data.
    """
    if not resume:
        raise InputError(f"{output} contains an unfinished run: continue it with `resume`, or choose another `output`")
    check_same_run(read_json(output / UNFINISHED / _RUN, "choose another `output`"), run, output, source)


def begin_run(output: Path, run: dict[str, Any]) -> None:
    """Write the `settings` and the `data` of a new run into `output`.

    Raises:
        InputError: the folder can't be written.
    """
    try:
        write_json(run, output / UNFINISHED / _RUN)
    except OSError as error:
        raise InputError(f"can't write into {output} ({error.strerror}): choose another `output`") from error


def check_same_run(before: dict[str, Any], now: dict[str, Any], output: Path, source: str = "data have") -> None:
    """Check that a run in `output` started with the current settings and data.

    Args:
        before: the `settings` and the `data` of the run when it started.
        now: the current `settings` and `data`.
        output: the output folder.
        source: what the data are called in messages, with its verb.

    Raises:
        InputError: something differs. The message names the first difference.
    """
    for name, value in now["settings"].items():
        if before["settings"].get(name) != value:
            raise InputError(
                f"the run in {output} started with `{name}` {before['settings'].get(name)}, not {value}: "
                "continue it with the same settings, or choose another `output`"
            )
    if before["data"] != now["data"]:
        raise InputError(f"the {source} changed since the run in {output} started: choose another `output`")
