"""Finding the train, dev and test files in a folder.

A file's name is converted to lower case and cut at ".", "_" and "-". The file is the train file if one part is
"train", the dev file if one part is "dev", "valid", "validation", "val" or "development", and the test file if one
part is "test": `train.txt`, `msra_train.bmes`, `zh_gsdsimp-ud-dev.iob2`, `test.jsonl`. The rule is the same for a
folder with brat's .ann files. Other files are ignored, and so are hidden files and files that end in one of
IGNORED_ENDINGS.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path

from ner.data.wrong_folder import next_step
from ner.errors import InputError

SPLITS = ("train", "dev", "test")

IGNORED_ENDINGS = ("~", ".bak", ".orig", ".tmp", ".log", ".md", ".html", ".ann", ".gz", ".zip")
"""Copies, reports, archives, and brat's annotations, which belong to the .txt file of the same name."""

_SPLIT_OF_PART = {
    "train": "train",
    **dict.fromkeys(("dev", "valid", "validation", "val", "development"), "dev"),
    "test": "test",
}
_LISTED = 20


def splits_of(name: str) -> list[str]:
    """The splits that are in the name of a file: usually one or none, by mistake several."""
    name = name.lower()
    if name.startswith(".") or name.endswith(IGNORED_ENDINGS):
        return []
    parts = re.split("[._-]", name)
    return list(dict.fromkeys(_SPLIT_OF_PART[part] for part in parts if part in _SPLIT_OF_PART))


def is_brat(path: Path) -> bool:
    """Whether a folder holds brat's .ann files."""
    return path.is_dir() and any(path.glob("*.ann"))


def holds_splits(folder: Path) -> bool:
    """Whether `folder` has a file for each split.

    A folder of brat's documents is one data set. Its documents are splits only if each has the name of a split, and
    no two have the same.
    """
    if not folder.is_dir():
        return False
    documents = [splits_of(path.stem) for path in folder.glob("*.ann")]
    return all(len(splits) == 1 for splits in documents) and len(documents) == len({*map(tuple, documents)})


def find_files(folder: str | Path, require: Collection[str] = ()) -> dict[str, Path]:
    """Find the file of each split in a folder. The docstring of this module has the rule.

    Args:
        folder: the folder.
        require: the splits that must have a file.

    Returns:
        The file of each split, in the order of SPLITS.

    Raises:
        InputError: a required split has no file, no split has one, two files are for the same split, or the name of
            a file has two splits.
    """
    names = _names(Path(folder))
    files: dict[str, Path] = {}
    for name in names:
        splits = splits_of(name)
        if len(splits) > 1:
            raise InputError(f"{folder}: the name of {name} says both {splits[0]} and {splits[1]}; rename it")
        for split in splits:
            if split in files:
                raise InputError(
                    f"{folder}: two {split} files, {files[split].name} and {name}; "
                    "move one of them away, or give the path of one file"
                )
            files[split] = Path(folder) / name
    missing = [split for split in SPLITS if split in require and split not in files]
    if missing or not files:
        wanted = missing or SPLITS
        parts = [part for part, split in _SPLIT_OF_PART.items() if split in wanted]
        listed = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
        rule = f"one part of the file name, cut at '.', '_' and '-', must be {' or '.join(parts)}"
        advice = next_step(Path(folder), names, _subfolders_with(Path(folder), wanted))
        raise InputError(f"no {' or '.join(wanted)} file in {folder} (its files: {listed or 'none'}); {advice or rule}")
    return {split: files[split] for split in SPLITS if split in files}


def _subfolders_with(folder: Path, wanted: Collection[str]) -> list[str]:
    """The names of the subfolders that have a file for one of the splits."""
    below = [path for path in folder.iterdir() if os.access(path, os.R_OK | os.X_OK) and path.is_dir()]
    return [path.name for path in below if any(split in wanted for name in _names(path) for split in splits_of(name))]


def _names(folder: Path) -> list[str]:
    """The names of the files in a folder, and of the subfolders with brat's documents."""
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_file() or is_brat(path))
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be read ({error.strerror})") from None
