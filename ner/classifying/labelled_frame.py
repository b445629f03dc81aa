"""Labelled texts of a data frame."""

from typing import TYPE_CHECKING, Any

from ner.classifying.labelled_text import LabelledData, LabelledSplit, LabelledText, join_splits
from ner.data.split_files import SPLITS
from ner.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def data_of_frame(frame: "pd.DataFrame", *, multi_label: bool = False, seed: int = 1) -> LabelledData:
    """Make a data set of a DataFrame with a row for each text.

    It has the columns `text` and `label`, for pairs also `text_b`. A column `split` can contain train, dev and test;
    without dev, a tenth of train becomes dev.

    Args:
        frame: the data frame.
        multi_label: whether `label` has a list of labels for each text.
        seed: decides which texts of train become dev.

    Raises:
        InputError: it is no data frame, a column is missing, or a cell has something else than it should.
    """
    columns = getattr(frame, "columns", None)
    if columns is None:
        raise InputError(f"expected `data` to be a DataFrame or LabelledData, got {frame!r:.60}")
    if missing := [name for name in ("text", "label") if name not in columns]:
        raise InputError(f"expected `data` to have the columns text and label, got none named {' and '.join(missing)}")
    named = "split" in columns
    splits: dict[str, LabelledSplit] = {}
    for number, row in enumerate(frame.to_dict("records"), 1):
        name = row["split"] if named else "train"
        if name not in SPLITS:
            raise InputError(f"expected `split` in row {number} to be train, dev or test, got {name!r:.60}")
        split = splits.setdefault(name, LabelledSplit(f"{name} of the table", name, []))
        texts = [row["text"], *([row["text_b"]] if "text_b" in columns else [])]
        if not all(isinstance(text, str) for text in texts):
            raise InputError(f"expected texts in row {number}, got {texts!r:.60}")
        labels = _labels(row["label"], number, multi_label)
        split.texts.append(LabelledText(texts[0], labels, texts[1] if len(texts) > 1 else None, split.path, number))
    if "train" not in splits:
        raise InputError("expected `data` to have rows of train, got none")
    return join_splits(splits["train"], splits.get("dev"), splits.get("test"), seed)


def _labels(value: Any, number: int, multi_label: bool) -> tuple[str, ...]:
    if multi_label:
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            raise InputError(f"expected a list of labels in row {number}, got {value!r:.60}")
        return tuple(dict.fromkeys(map(str, value)))
    if value == "" or not isinstance(value, (str, int)):
        raise InputError(f"expected a label in row {number}, got {value!r:.60}")
    return (str(value),)
