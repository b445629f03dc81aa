"""How the texts of files are read."""

from typing import Annotated

from ner.common_settings import FORMAT
from ner.settings import Help, Parameter, Settings, Unset, settings_group


@settings_group
class TextOptions(Settings):
    """How the texts of files are read: see `ner.records.text_files.TextFiles`."""

    text_column: Annotated[
        str | None,
        FORMAT,
        Unset("text in JSON lines", "JSON Lines 为 text"),
        Help(
            "Column (CSV, Excel, Parquet) or field (JSON lines) that has the text. a.b is the field b in a.",
            "文本所在的列（CSV、Excel、Parquet）或字段（JSON Lines）。a.b 表示 a 里面的字段 b。",
        ),
    ] = None
    columns: Annotated[
        str | None,
        FORMAT,
        Unset("in the first line", "在第一行"),
        Help(
            "Names of the columns of CSV and TSV files without a header, for example label,text.",
            "没有表头的 CSV、TSV 文件各列的名称，例如 label,text。",
        ),
    ] = None
    quotes: Annotated[
        bool,
        FORMAT,
        Help(
            "Cells of TSV files can be in quotation marks, as those of CSV. Otherwise, each line is a row.",
            "TSV 的单元格可以像 CSV 那样放在引号里；否则每行就是一条记录，引号是普通字符。",
        ),
    ] = True
    include: Annotated[
        list[str] | None,
        FORMAT,
        Unset("all text files", "所有文本文件"),
        Help(
            "Which files of folders and zip archives are read, for example '*.txt'. You can give this option several "
            "times.",
            "文件夹和 zip 压缩包里读哪些文件，例如 '*.txt'。可多次使用。",
        ),
    ] = None
    sheet: Annotated[
        str | None,
        FORMAT,
        Unset("all sheets", "所有工作表"),
        Help("Sheet of Excel files.", "Excel 文件中的工作表。"),
    ] = None
    format: Annotated[
        str | None,
        FORMAT,
        Parameter("from_", "--from"),
        Unset("not annotated", "未标注"),
        Help(
            "Format of annotated files: conll, jsonl, doccano, label-studio, brat and others.",
            "已标注文件的格式：conll、jsonl、doccano、label-studio、brat 等。",
        ),
    ] = None
    encoding: Annotated[
        str | None,
        FORMAT,
        Unset("UTF-8, UTF-16, GB18030 or Big5, recognised by content", "UTF-8、UTF-16、GB18030 或 Big5，根据内容判断"),
        Help("Encoding of the files, for example gb18030.", "文件的编码，例如 gb18030。"),
    ] = None

    @property
    def column_names(self) -> list[str] | None:
        """The names in `columns`; None if there are none."""
        return [name.strip() for name in self.columns.split(",")] if self.columns else None
