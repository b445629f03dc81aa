"""Checkpoints of a long run: folders named by their step, each with a manifest that has the checksums of its files.

The manifest is written last. A folder without a manifest was not written completely, and is passed over.
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from ner.errors import InputError
from ner.files import write_json
from ner.runs.progress import LOGGER

MANIFEST = "manifest.json"
_PREFIX = "checkpoint-"
_BLOCK = 1 << 20


def checkpoint_folder(unfinished: Path, step: int) -> Path:
    """The folder of the checkpoint after `step` steps."""
    return unfinished / f"{_PREFIX}{step}"


def list_checkpoints(unfinished: Path) -> list[Path]:
    """The folders of all checkpoints, whole or not, the newest first."""
    folders = [folder for folder in unfinished.glob(f"{_PREFIX}*") if folder.name.removeprefix(_PREFIX).isdecimal()]
    return sorted(folders, key=lambda folder: int(folder.name.removeprefix(_PREFIX)), reverse=True)


@contextmanager
def new_checkpoint(unfinished: Path, step: int, keep: Collection[Path]) -> Iterator[Path]:
    """Give a folder for the checkpoint after `step` steps. It gets its manifest when the block ends.

    Other checkpoints are removed before that, so that the disk never holds more of them than needed. If the block
    fails, nothing is left of the new one.

    Args:
        unfinished: the folder of all checkpoints.
        step: the number of finished steps.
        keep: the checkpoints that stay.

    Raises:
        OSError: the folder can't be written, or the disk is full.
    """
    folder = checkpoint_folder(unfinished, step)
    for other in list_checkpoints(unfinished):
        if other not in keep:
            _remove(other)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        yield folder
        seal(folder)
    except BaseException as error:
        _remove(folder)
        if isinstance(error, (RuntimeError, SafetensorError)):  # the libraries raise these if the disk is full
            raise OSError(f"can't write the checkpoint {folder}") from error
        raise


def seal(folder: Path, names: Collection[str] | None = None) -> None:
    """Write the manifest of a checkpoint.

    Args:
        folder: the folder of the checkpoint.
        names: the files that belong to it; None for all files in the folder.

    Raises:
        OSError: the folder can't be written.
    """
    if names is None:
        names = sorted(
            file.name for file in folder.iterdir() if file.name != MANIFEST and not file.name.startswith(".")
        )
    files = {name: {"bytes": (folder / name).stat().st_size, "blake2b": _checksum(folder / name)} for name in names}
    write_json({"files": files}, folder / MANIFEST)


def trim(folder: Path, names: Collection[str]) -> None:
    """Remove all files of a checkpoint but `names`. It can't be resumed any more, and takes less of the disk."""
    if {file.name for file in folder.iterdir()} == {*names, MANIFEST}:
        return
    seal(folder, names)
    for file in folder.iterdir():
        if file.name not in names and file.name != MANIFEST:
            file.unlink()


def find_damage(folder: Path, parts: Collection[str]) -> str | None:
    """What is wrong with a checkpoint; None if it is whole.

    Args:
        folder: the folder of the checkpoint.
        parts: the files that it must have. Other files in its manifest are compared too.
    """
    if not (folder / MANIFEST).is_file():
        return f"{MANIFEST} not found: it was not written completely"
    try:
        files: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        expected = {name: (file["bytes"], file["blake2b"]) for name, file in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return f"{MANIFEST} is damaged"
    for name in [*expected, *parts]:
        if name not in expected or not (folder / name).is_file():
            return f"{name} not found"
        size, checksum = expected[name]
        if (folder / name).stat().st_size != size:
            return f"{name} has {(folder / name).stat().st_size:,} bytes, not the {size:,} that were written"
        if _checksum(folder / name) != checksum:
            return f"{name} has changed since it was written"
    return None


def find_whole(unfinished: Path, damage: Callable[[Path], str | None]) -> Path | None:
    """The newest whole checkpoint. The log warns of newer ones that are passed over.

    Args:
        unfinished: the folder of all checkpoints.
        damage: tells what is wrong with a checkpoint; None if it is whole.

    Returns:
        None if no checkpoint was written completely.

    Raises:
        InputError: there are checkpoints, and all of them are damaged.
    """
    passed: list[tuple[Path, str]] = []
    whole: Path | None = None
    for folder in list_checkpoints(unfinished):
        reason = damage(folder)
        if reason is None:
            whole = folder
            break
        passed.append((folder, reason))
    if whole is None and any((folder / MANIFEST).exists() for folder, _ in passed):
        raise no_whole_checkpoint(*passed[0])
    goes_on = f"the run continues from {whole.name}, the one before" if whole else "the run starts from its beginning"
    for folder, reason in passed:
        LOGGER.warning("the checkpoint %s is not whole (%s): %s", folder, reason, goes_on)
    return whole


def no_whole_checkpoint(folder: Path, reason: str) -> InputError:
    """Say that a checkpoint is damaged, and that there is no other."""
    return InputError(
        f"{folder} is damaged ({reason}), and there is no whole checkpoint before it: remove {folder.parent} to start "
        "from the beginning, or choose another `output`"
    )


def seal_old(folder: Path, parts: Collection[str]) -> str | None:
    """Write the manifest of a checkpoint of version 0.1.0, which had none, if its files look whole.

    Args:
        folder: the folder of the checkpoint.
        parts: the files that it must have.

    Returns:
        What is wrong with the checkpoint; None if it has its manifest now.
    """
    for name in parts:
        if not (folder / name).is_file():
            return f"{name} not found"
        if not _looks_whole(folder / name):
            return f"{name} is damaged"
    seal(folder)
    return None


def _looks_whole(path: Path) -> bool:
    """Whether a file can be read in the format of its suffix."""
    try:
        if path.suffix == ".json":
            return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
        if path.suffix == ".safetensors":
            with safe_open(path, "numpy"):
                return True
        with zipfile.ZipFile(path) as archive:  # the format of torch.save, which has a checksum for each tensor
            return archive.testzip() is None
    except (ValueError, RecursionError, EOFError, SafetensorError, zipfile.BadZipFile, NotImplementedError):
        return False


def _checksum(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _remove(folder: Path) -> None:
    """Remove a checkpoint, its manifest first: what is left of it is not taken for a checkpoint."""
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
