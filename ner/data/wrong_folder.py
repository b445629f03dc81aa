"""What a folder holds that has no train, dev and test files, and what to do with it."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from ner.data.schemes import is_tag

_HEAD = 20_000
_SPAN_FIELDS = ("entities", "label", "labels", "spans", "annotations")
_ANNOTATED = (".conll", ".bio", ".bmes", ".bioes", ".iob", ".iob2", ".spacy", ".xml", ".parquet")


def next_step(folder: Path, names: Sequence[str], subfolders: Collection[str]) -> str:
    """The step that is most likely to help.

    Args:
        folder: the folder.
        names: the files in it that could hold text.
        subfolders: the folders in it that have files that were looked for.

    Returns:
        A clause; "" if there is nothing to say.
    """
    if subfolders:
        return f"the folder {folder / min(subfolders)} has one: give that"
    if list(folder.glob("*.safetensors")):
        return "it holds a model: give the folder with the annotated text"
    annotated = [name for name in names if _is_annotated(folder / name)]
    if len(annotated) == 1:
        return (
            f"{annotated[0]} is annotated: give the path of this file, or make train, dev and test of it with "
            "bert-ner split"
        )
    if not annotated and any(name.lower().endswith(".txt") for name in names):
        return (
            "these files seem to have no annotations: bert-ner tag finds entities in them, bert-ner annotate labels "
            "them"
        )
    return ""


def _is_annotated(path: Path) -> bool:
    """Whether a file has annotations, by its name and its first lines."""
    if path.suffix.lower() in _ANNOTATED:
        return True
    try:
        with path.open("rb") as file:
            lines = file.read(_HEAD).decode("utf-8", "ignore").split("\n")
    except OSError:
        return False
    lines = [line.strip("\ufeff\r") for line in lines if line.strip("\ufeff \r")][:-1] or lines
    if lines[0].startswith(("{", "[")):
        return any(json.dumps(field) in lines[0] for field in _SPAN_FIELDS)
    columns = [line.split() for line in lines]
    return sum(len(each) > 1 and is_tag(each[-1]) for each in columns) * 2 > len(lines)
