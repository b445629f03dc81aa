"""The names of splits in a report and in a repaired copy."""

import os
from collections.abc import Mapping
from pathlib import Path

from ner.data.data_split import Split
from ner.pages.highlight import visible


def file_name(split: Split) -> str:
    """The name of the file or folder of a split, also for "." and ".."."""
    # A link keeps its own name. The name of its target may be meaningless, or the name of another split.
    return Path(os.path.abspath(split.path)).name


def add_file_names(splits: Mapping[str, Split]) -> dict[str, Split]:
    """The splits by their names in a report. A single split has the name of its file."""
    return {name if len(splits) > 1 else visible(file_name(split)): split for name, split in splits.items()}
