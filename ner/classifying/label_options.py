"""How files of labelled texts are read."""

from typing import Annotated

from pydantic import Field

from ner.common_settings import FORMAT
from ner.records.text_options import TextOptions
from ner.settings import Help, Unset, settings_group

_BY_NAME = Unset("recognised by its name", "根据列名判断")


@settings_group
class LabelOptions(TextOptions):
    """How files of texts with labels are read: see `ner.classifying.labelled_files`.

    >>> LabelOptions(label_column="topic").label_column
    'topic'
    """

    text_column: Annotated[
        str | None, FORMAT, _BY_NAME, Help("Column or field that has the text.", "文本所在的列或字段。")
    ] = None
    pair_column: Annotated[
        str | None,
        FORMAT,
        _BY_NAME,
        Help("Column or field that has the second text of a pair.", "成对文本中第二条文本所在的列或字段。"),
    ] = None
    label_column: Annotated[
        str | None, FORMAT, _BY_NAME, Help("Column or field that has the label.", "标签所在的列或字段。")
    ] = None
    quotes: Annotated[
        bool,
        FORMAT,
        Help(
            "Cells of TSV files can be in quotation marks, as those of CSV. Otherwise, each line is a row, as in most "
            "data sets.",
            "TSV 的单元格可以像 CSV 那样放在引号里；否则每行就是一条记录，引号是普通字符，公开数据集大多如此。",
        ),
    ] = False
    label_separator: Annotated[
        str,
        Field(min_length=1),
        FORMAT,
        Help("What separates several labels in a cell.", "一个单元格里有多个标签时的分隔符。"),
    ] = "|"
