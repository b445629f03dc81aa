"""Which columns of a file have the text, the second text of a pair, and the label."""

from collections.abc import Sequence
from typing import NamedTuple

from ner.classifying.label_options import LabelOptions
from ner.errors import InputError

# The names that public data sets and tools use, in small letters; of several, the first counts.
_TEXT = (
    "text", "text_a", "sentence", "sentence1", "content", "query", "query1", "question", "question1", "premise",
    "#1 string", "review", "文本", "内容", "正文", "句子", "文本1", "句子1",
)  # fmt: skip
_PAIR = (
    "text_b", "sentence2", "query2", "question2", "hypo", "hypothesis", "#2 string", "文本2", "句子2",
)  # fmt: skip
_LABEL = (
    "label", "labels", "class", "category", "gold_label", "quality", "is_duplicate", "标签", "类别", "分类",
)  # fmt: skip


class TextColumns(NamedTuple):
    """The names of columns; None for those that a file doesn't have."""

    text: str
    pair: str | None
    label: str | None


def choose_columns(name: str, columns: Sequence[str], options: LabelOptions) -> TextColumns:
    """Choose columns: those of the options, or those with a usual name.

    Args:
        name: the file, for messages.
        columns: the names of its columns.
        options: how it is read.

    Raises:
        InputError: it has no such column, one is chosen twice, or none has a usual name for the text.
    """
    listed = ", ".join(columns) or "none"
    for parameter in ("text_column", "pair_column", "label_column"):
        wanted = getattr(options, parameter)
        if wanted is not None and wanted not in columns:
            raise InputError(f"{name}: has no column {wanted!r}; its columns: {listed}; give `{parameter}` another one")
    chosen = [*filter(None, (options.text_column, options.pair_column, options.label_column))]
    if len(set(chosen)) < len(chosen):
        raise InputError("expected different columns as `text_column`, `pair_column` and `label_column`")
    others = [column for column in columns if column not in chosen]
    text = options.text_column or _usual(others, _TEXT)
    if text is None:
        raise InputError(
            f"{name}: no column has a usual name of a text, such as text or sentence (its columns: {listed}): name it "
            "with `text_column`, or name all columns with `columns` if the file has no header"
        )
    return TextColumns(
        text, options.pair_column or _usual(others, _PAIR), options.label_column or _usual(others, _LABEL)
    )


def _usual(columns: Sequence[str], names: Sequence[str]) -> str | None:
    folded = {column.strip().lower(): column for column in reversed(columns)}
    return next((folded[name] for name in names if name in folded), None)
