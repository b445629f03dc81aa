"""What the tables of a summary are about."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ner.settings import Help, Panel, Settings, Unset, settings_group

_TABLES = Panel("Tables", "表格")
_NONE = Unset("no such table", "没有这张表")

PeriodName = Literal["auto", "day", "month", "year"]


@settings_group
class SummarySettings(Settings):
    """What the tables of a summary are about: see `ner.summarizing.summarize.summarize`.

    >>> SummarySettings(by="source").by
    'source'
    """

    types: Annotated[
        str | None,
        _TABLES,
        Unset("all", "全部"),
        Help("Types of the entities that are counted, for example PER,ORG.", "只统计这些类型的实体，例如 PER,ORG。"),
    ] = None
    min_score: Annotated[
        float,
        Field(ge=0, le=1),
        _TABLES,
        Help(
            "Leave out entities with a lower score. Entities without a score are counted.",
            "不统计分数低于此值的实体；没有分数的实体照常统计。",
        ),
    ] = 0.0
    by: Annotated[
        str | None,
        _TABLES,
        _NONE,
        Help(
            "Also count by this column, for example source; file counts by the file of each text.",
            "再按这一列统计，例如 source；file 表示按文本所在的文件统计。",
        ),
    ] = None
    date: Annotated[
        str | None,
        _TABLES,
        _NONE,
        Help(
            "Also count over time, by the dates in this column: 2024-05-31, 20240531, 2024/5/31, 2024.",
            "再按时间统计，日期在这一列：2024-05-31、20240531、2024/5/31、2024年5月31日、2024。",
        ),
    ] = None
    period: Annotated[
        PeriodName,
        _TABLES,
        Help(
            "Unit of time. auto: the finest that gives at most 62 rows for each type and that all dates have.",
            "时间单位。auto：所有日期都具备、且每类实体不超过 62 行的最小单位。",
        ),
    ] = "auto"
    merge: Annotated[
        bool,
        _TABLES,
        Help(
            "Count the variants of a name together; the table variants lists them.",
            "同一名称的不同写法合并统计；合并了哪些列在 variants 表中。",
        ),
    ] = True
    document: Annotated[
        str | None,
        _TABLES,
        Unset("each text", "每条文本"),
        Help(
            "Column whose equal values make texts one document, in which a short form belongs to a full name; for a "
            "novel with one paragraph a line, file.",
            "这一列的值相同的文本属于同一篇文章，简称只在同一篇文章里归到全称；每行一段的小说用 file。",
        ),
    ] = None
    top: Annotated[
        int,
        Field(ge=1, le=100_000_000),
        _TABLES,
        Help(
            "Most names of each type, and most pairs of each two types, in the tables; the most frequent ones.",
            "表中每类最多列出的名称数，以及每两类最多列出的组合数；取最常见的。",
        ),
    ] = 1000

    def conflicts(self) -> Iterator[str]:
        if self.period != "auto" and self.date is None:
            yield self.conflict("period", "auto where no `date` is given")
        if self.document is not None and not self.merge:
            yield self.conflict("document", "left out where `merge` is off")
