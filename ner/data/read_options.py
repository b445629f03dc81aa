"""How annotated files are read."""

from typing import Annotated

from ner.common_settings import FORMAT
from ner.settings import Help, Parameter, Settings, Unset, settings_group


@settings_group
class ReadOptions(Settings):
    """How annotated files are read.

    >>> from ner import read_corpus
    >>> corpus = read_corpus("data_demo", options=ReadOptions(format="conll", strict=True))

    `format` is a name in `ner.data.formats.registry.FORMATS`. The two columns are for the CoNLL format only.
    """

    format: Annotated[
        str | None,
        FORMAT,
        Parameter("from_", "--from"),
        Unset("recognised by content", "根据内容判断"),
        Help(
            "Format of the files: conll, jsonl, doccano, label-studio, brat and others.",
            "文件的格式：conll、jsonl、doccano、label-studio、brat 等。",
        ),
    ] = None
    encoding: Annotated[
        str, FORMAT, Help("Encoding of the files, for example gb18030.", "文件的编码，例如 gb18030。")
    ] = "utf-8"
    token_column: Annotated[
        int | None,
        FORMAT,
        Unset("first", "第一列"),
        Help(
            "Column of the token (character or word). 1 is the first column, -1 is the last.",
            "token（字或词）在第几列；1 是第一列，-1 是最后一列。",
        ),
    ] = None
    tag_column: Annotated[
        int | None,
        FORMAT,
        Unset("last", "最后一列"),
        Help("Column of the tag. 1 is the first column, -1 is the last.", "标签在第几列；1 是第一列，-1 是最后一列。"),
    ] = None
    strict: Annotated[
        bool,
        FORMAT,
        Help(
            "Report illegal tag sequences, such as I-PER after O, as errors. Otherwise, they are read as in conlleval.",
            "遇到不合法的标签序列（例如 O 后面是 I-PER）就报错；不加时按 conlleval 的规则读入。",
        ),
    ] = False
    unannotated: Annotated[
        bool,
        FORMAT,
        Help(
            "Also read texts that nobody has annotated, if the format can distinguish them.",
            "格式能区分时，也读入没有人标注过的文本。",
        ),
    ] = False
