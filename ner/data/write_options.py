"""How annotated files are written."""

from typing import Annotated

from ner.common_settings import FORMAT
from ner.settings import Help, Parameter, Settings, Unset, settings_group


@settings_group
class WriteOptions(Settings):
    """How annotated files are written.

    >>> from ner import convert_files
    >>> written = convert_files("data_demo/dev.txt", "dev.bmes", writing=WriteOptions(format="conll", scheme="BMES"))

    `format` is a name in `ner.data.formats.registry.FORMATS`, and `scheme` is a name in `ner.data.schemes.SCHEMES`.
    """

    format: Annotated[
        str | None,
        FORMAT,
        Parameter("to", "--to"),
        Unset("by the name of the target, or as read", "看目标文件名，否则与原文件相同"),
        Help("Output format, by the same names as the input format.", "输出的格式，名称与输入格式相同。"),
    ] = None
    scheme: Annotated[
        str | None,
        FORMAT,
        Unset("as read, or BIO", "与原文件相同，否则 BIO"),
        Help(
            "Tags to write: BIO, IOB1, BIOES, BMES, BILOU or IO.",
            "输出的标注体系：BIO、IOB1、BIOES、BMES、BILOU 或 IO。",
        ),
    ] = None
