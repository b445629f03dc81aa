"""Which file of a folder holds which split.

A file's name is put in lower case and cut at ".", "_" and "-". It is the train file if one part is "train",
the dev file if one is "dev", "valid", "validation", "val" or "development", and the test file if one is
"test": `train.txt`, `msra_train.bmes`, `zh_gsdsimp-ud-dev.iob2`, `test.jsonl`. So is a folder of that name with
brat's .ann files in it. Other files are ignored, and so are hidden files, and files that end in one of
IGNORED_ENDINGS.
"""

import re
from collections.abc import Collection
from pathlib import Path

from ner.errors import InputError

SPLITS = ("train", "dev", "test")

IGNORED_ENDINGS = ("~", ".bak", ".orig", ".tmp", ".log", ".md", ".html", ".ann", ".gz", ".zip")
"""Beside copies and reports also brat's annotations, which belong to the .txt file of the same name."""

_SPLIT_OF_PART = {
    "train": "train",
    **dict.fromkeys(("dev", "valid", "validation", "val", "development"), "dev"),
    "test": "test",
}
_LISTED = 20


def splits_of(name: str) -> list[str]:
    """The splits that a file's name says it holds: one, or none, or by mistake several."""
    name = name.lower()
    if name.startswith(".") or name.endswith(IGNORED_ENDINGS):
        return []
    parts = re.split("[._-]", name)
    return list(dict.fromkeys(_SPLIT_OF_PART[part] for part in parts if part in _SPLIT_OF_PART))


def is_brat(path: Path) -> bool:
    """Whether a folder holds brat's .ann files."""
    return path.is_dir() and any(path.glob("*.ann"))


def holds_splits(folder: Path) -> bool:
    """Whether `folder` holds a file for each split, and not documents of brat that are one file in many.

    Documents of brat are splits if the name of each one says a split, and no two the same.
    """
    if not folder.is_dir():
        return False
    documents = [splits_of(path.stem) for path in folder.glob("*.ann")]
    return all(len(splits) == 1 for splits in documents) and len(documents) == len({*map(tuple, documents)})


def find_files(folder: str | Path, require: Collection[str] = ()) -> dict[str, Path]:
    """The file of each split in a folder, in the order of SPLITS; the module's text states the rule.

    Raises InputError if a required split has no file, if none has one, if two files claim the same split, or
    if a name claims two splits.
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
                    "move one of them away or name the file itself"
                )
            files[split] = Path(folder) / name
    missing = [split for split in SPLITS if split in require and split not in files]
    if missing or not files:
        wanted = missing or SPLITS
        parts = [part for part, split in _SPLIT_OF_PART.items() if split in wanted]
        listed = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
        raise InputError(
            f"no {' or '.join(wanted)} file in {folder} (its files: {listed or 'none'}); "
            f"one part of its name, cut at '.', '_' and '-', must be {' or '.join(parts)}"
        )
    return {split: files[split] for split in SPLITS if split in files}


def _names(folder: Path) -> list[str]:
    """The names of the files in a folder, and of the folders that are one file in the format of brat."""
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_file() or is_brat(path))
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be read ({error.strerror})") from None
