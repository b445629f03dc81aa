"""Finding the training data for a report on another split."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ner.data.corpus import DEV_SHARE, CorpusError, read_split, split_off_dev
from ner.data.data_split import Split
from ner.data.read_options import ReadOptions
from ner.data.split_files import find_files, holds_splits
from ner.quantities import counted


def find_train_split(data: Path, split: str, options: ReadOptions) -> tuple[Split | None, str]:
    """Read the train split of a data folder, for the tables by what was seen in train.

    Args:
        data: the data folder or file.
        split: the split that the report is on.
        options: how files are read.

    Returns:
        The train split; or None, and the reason why it is missing.
    """
    if split == "train":
        return None, "these are the sentences of train"
    if not holds_splits(data):
        return None, "the data is a single file, not a folder with train"
    if "train" not in find_files(data):
        return None, f"there is no train file in {data}"
    try:
        return read_split(data, "train", options), ""
    except CorpusError as error:
        # The report doesn't need train, and `bert-ner check` shows all errors.
        return None, f"its file has {counted(len(error.problems), 'error')}; bert-ner check {data} lists them"


def take_trained_part(split: Split, record: Mapping[str, Any] | None) -> Split:
    """The sentences of a split that a model was trained on, if its dev was split off them.

    Args:
        split: the sentences of a train file.
        record: the training record of the model.

    Returns:
        The part of the split that has the fingerprint of the training data; the whole split if no part is known to.
    """
    data = (record or {}).get("data", {})
    if record is None or not {"train", "dev"} <= data.keys() or data["train"]["path"] != data["dev"]["path"]:
        return split
    if data["train"]["sentences"] + data["dev"]["sentences"] != len(split.sentences):
        return split
    source = record.get("source") or {}
    share, seed = source.get("dev_share") or DEV_SHARE, source.get("seed", record["settings"]["seed"])
    part = split_off_dev(split, share, seed)["train"]
    # The documents are left out in splitting, and a fingerprint doesn't depend on them.
    return part if part.fingerprint == data["train"]["fingerprint"] else split
