"""The output folder of a long run: checking it, and resuming a run with the same settings and data."""

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ner.errors import InputError, InterruptedRun
from ner.files import NO_ROOM, read_json, write_json
from ner.output_paths import other_files
from ner.runs.folder_lock import LOCK, hold_folder

UNFINISHED = "unfinished-run"
"""The subfolder of the output folder with the files that only an unfinished run needs."""
RESUME = "run it again with `resume` to continue"
"""The way out of an unfinished run."""
RUN = "run.json"
"""The settings and the data of an unfinished run."""
_FORMAT, _FORMAT_VERSION = "format_version", 2  # runs of version 0.1.0 have no number, and checkpoints without manifest
_ENDED = ".ended-run"
_SAVING = ".saving-*"
_LEFTOVERS = (_SAVING, _ENDED)  # what a run leaves if it is killed while it writes its result
# Settings that runs of older versions do not have, and what these runs did.
_LATER = {"words": "none", "train_fraction": 1.0, "keep_old": False}
_AFTERWARDS = ("calibrate", "dictionary")  # settings of what is done after the run, which may change when it is resumed


@contextmanager
def run_in(output: Path, way_out: str) -> Iterator[None]:
    """Let a run use `output` alone, and say how to continue if it can't go on.

    Args:
        output: the output folder.
        way_out: how to continue the run.

    Raises:
        InputError: the folder can't be written, or another run uses it.
        InterruptedRun: the user stopped the run.
        OSError: a file can't be written.
    """
    with hold_folder(output):
        _remove_leftovers(output)
        is_new = not (output / UNFINISHED).exists()
        try:
            yield
        except InputError:
            if is_new:
                _forget_unbegun(output)
            raise
        except KeyboardInterrupt:
            raise InterruptedRun(f"stopped; {way_out}") from None
        except OSError as error:
            place = f"{_final_path(error.filename) if error.filename else output}: " if error.strerror else ""
            mend = "free some space, and " if error.errno in NO_ROOM else ""
            if error.errno is None:
                mend = "if the disk is full, free some space, and "
            raise OSError(f"{place}{error.strerror or error}; {mend}{way_out}") from error
        finally:
            _remove_leftovers(output)


def require_no_model(output: Path, names: Iterable[str]) -> None:
    """Check that a folder has no finished model yet.

    Args:
        output: the output folder.
        names: the files of a model.

    Raises:
        InputError: the folder has one of them.
    """
    if present := [name for name in names if (output / name).exists()]:
        raise InputError(f"{output} already contains a model ({present[0]}): choose another `output`, or move it away")


def require_own_folder(output: Path, parts: Collection[str], results: Collection[str] = ()) -> None:
    """Check that a folder holds nothing but what runs of one kind write into it, so that nobody's file is replaced.

    Args:
        output: the output folder.
        parts: patterns of the names that a run writes first.
        results: patterns of the names that it writes at its end. Without one of the parts, they are somebody else's.

    Raises:
        InputError: the folder holds other files.
    """
    require_own_files(output, [entry.name for entry in output.iterdir()], parts, results)


def require_own_files(
    output: Path | str, names: Iterable[str], parts: Collection[str], results: Collection[str] = ()
) -> None:
    """Check the names of the files in a folder, as `require_own_folder` does.

    Raises:
        InputError: the folder holds other files.
    """
    names = sorted(name for name in names if not _matches(name, (LOCK, *_LEFTOVERS)))
    has_part = any(_matches(name, parts) for name in names)
    ours = (*parts, *results) if has_part else parts
    if others := [name for name in names if not _matches(name, ours)]:
        raise other_files(output, "output", others)


def _matches(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _remove_leftovers(output: Path) -> None:
    for pattern in _LEFTOVERS:
        for folder in output.glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)


def _forget_unbegun(output: Path) -> None:
    """Remove the description of a run that has written nothing else: there is nothing to continue."""
    unfinished = output / UNFINISHED
    if unfinished.is_dir() and [path.name for path in unfinished.iterdir()] == [RUN]:
        shutil.rmtree(unfinished, ignore_errors=True)


def _final_path(name: str) -> Path:
    """Where a file will be that is first written into a temporary folder."""
    return Path(*[part for part in Path(name).parts if not fnmatch(part, _SAVING)])


def require_resumable(output: Path, run: dict[str, Any], resume: bool, source: str = "data have") -> bool:
    """Check that the unfinished run in `output` may be resumed.

    Args:
        output: the output folder.
        run: the `settings` and the `data` of the current run.
        resume: whether the user wants to resume it.
        source: what the data are called in messages, with its verb.

    Returns:
        Whether its checkpoints have manifests. Those of version 0.1.0 have none.

    Raises:
        InputError: `resume` is False, the unfinished run has other settings or data, or its description is damaged.
    """
    if not resume:
        raise InputError(f"{output} contains an unfinished run: continue it with `resume`, or choose another `output`")
    path = output / UNFINISHED / RUN
    advice = f"remove {path.parent} to start from the beginning, or choose another `output`"
    try:
        before = read_json(path, advice)
    except FileNotFoundError as error:
        raise InputError(f"{path}, the settings of the unfinished run, not found: {advice}") from error
    if not isinstance(before, dict) or not isinstance(before.get("settings"), dict) or "data" not in before:
        raise InputError(f"{path} is damaged (it doesn't contain settings and data): {advice}")
    check_same_run(before, run, output, source)
    return before.get(_FORMAT) == _FORMAT_VERSION


def begin_run(output: Path, run: dict[str, Any]) -> None:
    """Write the `settings` and the `data` of a new run into `output`.

    Raises:
        InputError: the folder can't be written.
    """
    try:
        write_json({_FORMAT: _FORMAT_VERSION, **run}, output / UNFINISHED / RUN)
    except OSError as error:
        raise InputError(f"can't write into {output} ({error.strerror}): choose another `output`") from error


def end_run(output: Path) -> None:
    """Remove the files that only an unfinished run needs. They are renamed first, so no part of them is resumed."""
    ended = (output / UNFINISHED).rename(output / _ENDED)
    shutil.rmtree(ended, ignore_errors=True)


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
        if name in _AFTERWARDS:
            continue
        started = before["settings"].get(name, _LATER.get(name))
        if started != value:
            raise InputError(
                f"the run in {output} started {_tell_apart(name, started, value)}: "
                "continue it with the same settings, or choose another `output`"
            )
    if before["data"] != now["data"]:
        raise InputError(f"the {source} changed since the run in {output} started: choose another `output`")
    if "words" in now and before.get("words") != now["words"]:
        raise InputError(
            f"the word segmenter or its dictionary changed since the run in {output} started: use those that it "
            "started with, or choose another `output`"
        )


def _tell_apart(name: str, before: Any, now: Any) -> str:
    if before is None:
        return f"without `{name}`, not with {now}"
    return f"with `{name}` {before}, not {'without it' if now is None else now}"
