"""What the splits of a data set are called in a report and in a repaired copy."""

import os
from collections.abc import Mapping
from pathlib import Path

from ner.data.data_split import Split
from ner.pages.highlight import visible


def file_name(split: Split) -> str:
    """The name of the file or folder that a split was read from, which "." and ".." have too."""
    # A link keeps its own name: that of its target may say nothing, or be that of another split.
    return Path(os.path.abspath(split.path)).name


def add_file_names(splits: Mapping[str, Split]) -> dict[str, Split]:
    """The splits under the names that a report gives them: the only one, which counts as train, has its file's."""
    return {name if len(splits) > 1 else visible(file_name(split)): split for name, split in splits.items()}
