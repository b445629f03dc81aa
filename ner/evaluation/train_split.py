"""Finding the training data for a report on another split."""

from pathlib import Path

from ner.data.corpus import CorpusError, read_split
from ner.data.data_split import Split
from ner.data.read_options import ReadOptions
from ner.data.split_files import find_files, holds_splits


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
        return None, f"its file has {len(error.problems):,} errors; bert-ner check {data} lists them"
