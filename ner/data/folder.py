"""Which file of a folder holds which split.

A file's name is put in lower case and cut at ".", "_" and "-". It is the train file if one part is "train",
the dev file if one is "dev", "valid", "validation", "val" or "development", and the test file if one is
"test": `train.txt`, `msra_train.bmes`, `zh_gsdsimp-ud-dev.iob2`. Other files are ignored, and so are folders,
hidden files, and files that end in one of IGNORED_ENDINGS.
"""

import re
from collections.abc import Collection
from pathlib import Path

from ner.errors import InputError

SPLITS = ("train", "dev", "test")

IGNORED_ENDINGS = ("~", ".bak", ".orig", ".tmp", ".log", ".md", ".json", ".jsonl", ".html", ".gz", ".zip")

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


def find_files(folder: str | Path, require: Collection[str] = ()) -> dict[str, Path]:
    """The file of each split in a folder, in the order of SPLITS; the module's text states the rule.

    Raises InputError if a required split has no file, if none has one, if two files claim the same split, or
    if a name claims two splits.
    """
    try:
        names = sorted(path.name for path in Path(folder).iterdir() if path.is_file())
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be read ({error.strerror})") from None
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
