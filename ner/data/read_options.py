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
        Unset("found from the content", "根据内容判断"),
        Help(
            "Format of the files: conll, jsonl, doccano, label-studio, brat and others.",
            "文件的格式：conll、jsonl、doccano、label-studio、brat 等。",
        ),
    ] = None
    encoding: Annotated[str, FORMAT, Help("Encoding of the files, such as gb18030.", "文件的编码，例如 gb18030。")] = (
        "utf-8"
    )
    token_column: Annotated[
        int | None,
        FORMAT,
        Unset("first", "第一列"),
        Help(
            "Column of the character or word, counted from 1; -1 is the last.",
            "字或词在第几列，从 1 数起；-1 是最后一列。",
        ),
    ] = None
    tag_column: Annotated[
        int | None,
        FORMAT,
        Unset("last", "最后一列"),
        Help("Column of the tag, counted in the same way.", "标签在第几列，数法相同。"),
    ] = None
    strict: Annotated[
        bool,
        FORMAT,
        Help(
            "Refuse illegal tag sequences, such as I-PER after O, instead of repairing them.",
            "遇到不合法的标签序列（例如 O 后面是 I-PER）就报错，不自动修复。",
        ),
    ] = False
    unannotated: Annotated[
        bool,
        FORMAT,
        Help(
            "Read texts that nobody has annotated, too, if the format marks them.",
            "格式能区分时，也读入没有人标注过的文本。",
        ),
    ] = False
