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
        Unset("from the file name, otherwise that of the source", "根据文件名，否则与原文件相同"),
        Help("Output format; the names are those of the input formats.", "输出的格式，名称与输入格式相同。"),
    ] = None
    scheme: Annotated[
        str | None,
        FORMAT,
        Unset("that of the source, otherwise BIO", "与原文件相同，否则 BIO"),
        Help(
            "Tag scheme of the output: BIO, IOB1, BIOES, BMES, BILOU or IO.",
            "输出的标注体系：BIO、IOB1、BIOES、BMES、BILOU 或 IO。",
        ),
    ] = None
