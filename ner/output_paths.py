"""Where may be written: never over what is read, and into no folder that is somebody else's.

All commands ask here before their work begins. Paths are compared as the system sees them, through links. Folders on
the way to an output that are missing are made when it is written.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ner.errors import InputError
from ner.files import is_special

_SHOWN = 3
_BRAT = (".txt", ".ann")
_OF_FILES = (".conll", ".csv", ".html", ".json", ".jsonl", ".parquet", ".tsv", ".txt", ".xlsx")


def check_file(
    path: Path, parameter: str, uses: Iterable[Path] = (), *, new: bool = False, overwrite: bool = False
) -> None:
    """Make sure that a file may be written.

    A device, a FIFO or another special file may always be written: it is written straight into.

    Args:
        path: the file.
        parameter: the name of the parameter that gives it.
        uses: files that are read or written beside it, and folders that are. What isn't there is left out of account,
            but for being `path` itself.
        new: whether the file must not exist.
        overwrite: whether it may exist all the same, because the user said so.

    Raises:
        InputError: something that `uses` names would be changed, `path` is a folder, or it exists and must not.
        OSError: the folder can't be written.
    """
    if is_special(path):
        return
    _refuse_stream(path, parameter)
    _refuse_used(path, parameter, uses)
    if path.is_dir():
        raise InputError(f"{path} is a folder: `{parameter}` takes a file")
    if new and not overwrite and _exists(path):
        raise InputError(f"{path} exists: choose another `{parameter}`, or remove it first")
    _check_place(path, parameter)


def check_folder(
    path: Path,
    parameter: str,
    uses: Iterable[Path] = (),
    *,
    is_ours: Callable[[Path], bool] = lambda folder: False,
    what: str = "a folder",
) -> None:
    """Make sure that a folder may be written: it is new, or empty, or one of ours of the same kind.

    Args:
        path: the folder.
        parameter: the name of the parameter that gives it.
        uses: as for `check_file`.
        is_ours: tells by its files whether a folder is of the kind that will be written.
        what: that kind, with its article.

    Raises:
        InputError: something that `uses` names would be changed, `path` is a file, or it holds other files.
        OSError: the folder can't be written.
    """
    check_unused(path, parameter, uses)
    if path.is_dir() and not is_ours(path) and (names := sorted(entry.name for entry in path.iterdir())):
        raise other_files(path, parameter, names, "" if what == "a folder" else f", or {what} to replace")
    _check_place(path, parameter)


def other_files(path: Path | str, parameter: str, names: Sequence[str], older: str = "") -> InputError:
    """The error for a folder that holds files of somebody else.

    Args:
        path: the folder.
        parameter: the name of the parameter that gives it.
        names: these files.
        older: what else than a new folder will do.
    """
    listed = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return InputError(f"{path} holds other files ({listed}): `{parameter}` takes a new or empty folder{older}")


def check_new(
    path: Path, parameter: str, uses: Iterable[Path] = (), *, may_replace: Callable[[Path], bool] | None = None
) -> None:
    """Make sure that a file or folder of data may be written: it is new, or an empty folder.

    Args:
        path: the file or folder.
        parameter: the name of the parameter that gives it.
        uses: as for `check_file`.
        may_replace: tells whether an older folder may be replaced. With None, no older file may be either.

    Raises:
        InputError: something that `uses` names would be changed, or `path` exists.
        OSError: the folder can't be written.
    """
    if not path.is_dir():
        check_file(path, parameter, uses, new=True, overwrite=may_replace is not None)
    elif may_replace is not None:
        check_folder(path, parameter, uses, is_ours=may_replace, what="one of data files alone")
    else:
        check_unused(path, parameter, uses)
        if any(path.iterdir()):
            raise InputError(f"{path} exists: choose another `{parameter}`, or remove it first")


def check_unused(path: Path, parameter: str, uses: Iterable[Path] = ()) -> None:
    """Make sure that a folder is none of those in use; what it holds is checked by others.

    Args:
        path: the folder.
        parameter: the name of the parameter that gives it.
        uses: as for `check_file`.

    Raises:
        InputError: something that `uses` names would be changed, or `path` is a file.
    """
    uses = [*uses]
    _refuse_stream(path, parameter)
    _refuse_used(path, parameter, uses)
    for used in uses:
        if not used.is_dir() and _holds(path, used):
            raise InputError(f"{path} holds {used}, which is in use: choose another `{parameter}`")
    refuse_file(path, parameter)


def refuse_file(path: Path, parameter: str) -> None:
    """Make sure that an output which will be a folder is no file, device or stream, and not named as a file.

    Raises:
        InputError: it is one.
    """
    if _exists(path) and not path.is_dir():
        raise InputError(f"{path} is a file: `{parameter}` takes a folder")
    if path.suffix.lower() in _OF_FILES:
        raise InputError(
            f"{path} is the name of a {path.suffix} file: `{parameter}` takes a folder; leave out the ending"
        )


def _refuse_stream(path: Path, parameter: str) -> None:
    """Refuse the name that stands for standard output where that can't be written."""
    if str(path) == "-":
        raise InputError(f"- is no name of a file or folder: give `{parameter}` a name, or /dev/stdout")


def _refuse_used(path: Path, parameter: str, uses: Iterable[Path]) -> None:
    for used in uses:
        if any(_same(path, other) for other in (used, *_partners(used))):
            what = "is used twice" if str(path) == str(used) else f"is the same as {used}, which is in use"
            raise InputError(f"{path} {what}: choose another `{parameter}`")
        # Where the folder in use is the current one, or above it, everything is inside: a new name will do.
        will_be_folder = used.is_dir() or not _exists(used)
        if will_be_folder and _holds(used, path) and (path.is_file() or not _holds(used, Path.cwd() / "any")):
            raise InputError(f"{path} is inside {used}, which is in use: choose another `{parameter}`")


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are the same file, by links too, or would be if they were there."""
    if _exists(one) and _exists(other):
        try:
            return os.path.samefile(one, other)
        except FileNotFoundError:  # a link that points nowhere
            pass
    return _real(one) == _real(other)


def _holds(folder: Path, path: Path) -> bool:
    """Whether a folder has a path in it, at any depth."""
    return _real(folder) in _real(path).parents


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _partners(used: Path) -> list[Path]:
    """The other of brat's two files for a document, which is read with it."""
    if used.suffix not in _BRAT:
        return []
    return [partner for suffix in _BRAT if (partner := used.with_suffix(suffix)) != used and partner.exists()]


def _exists(path: Path) -> bool:
    """Whether there is something of that name, be it a link that points nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _check_place(path: Path, parameter: str) -> None:
    """Make sure that `path` can be made, or written if it is there."""
    place = _real(path)
    while not _exists(place):
        place = place.parent
    if place != _real(path) and not place.is_dir():
        raise InputError(f"{path} can't be made, because {place} is a file: choose another `{parameter}`")
    writable = place if place.is_dir() else place.parent
    if not os.access(writable, os.W_OK | os.X_OK):
        raise InputError(
            f"{path} can't be written, because the rights of {writable} forbid it: choose another `{parameter}`"
        )
