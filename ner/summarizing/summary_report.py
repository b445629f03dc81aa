"""A summary as files: a page, an Excel file, and each table as CSV and Parquet."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ner.extras import import_extra
from ner.files import whole_folder, write_text
from ner.language import Text, language
from ner.output_paths import check_folder
from ner.pages.highlight import Hues, clip
from ner.pages.templates import Filters, page_template, text_template
from ner.records.excel_sheet import ExcelBook
from ner.spreadsheet_cells import frame_to_csv
from ner.summarizing import charts
from ner.summarizing.count_tables import MOST_TOGETHER
from ner.summarizing.summary import Summary
from ner.version import installed_version

_PAGE, _BOOK = "summary.html", "summary.xlsx"
_NAMES_ON_PAGE = 300  # of each type
_ROWS_ON_PAGE = 1000
_LONGEST = 60  # characters of a name on the page

_WORDS = {
    "title": Text("Summary of entities", "实体统计"),
    "texts": Text("texts", "文本"),
    "entities": Text("entities", "实体"),
    "names": Text("different names", "不同名称"),
    "files": Text("files", "文件"),
    "type": Text("type", "类型"),
    "name": Text("name", "名称"),
    "count": Text("count", "次数"),
    "search": Text("Search names", "搜索名称"),
    "types": Text("Types", "类型"),
    "top": Text("Most frequent", "最常见"),
    "first": Text("first place", "首次出现"),
    "together": Text("Who appears with whom", "谁与谁一同出现"),
    "about_pairs": Text(
        f"The number of texts that have both names. Texts with more than {MOST_TOGETHER:,} names are left out.",
        f"同时含有两个名称的文本数。名称多于 {MOST_TOGETHER:,} 个的文本不计。",
    ),
    "about_circle": Text(
        "The strongest pairs: the more texts have both names, the wider the line. Point at a name to see its own "
        "lines. A click keeps them. Number of texts of the widest line:",
        "最强的组合：同时含有两个名称的文本越多，线越粗。把光标移到名称上，只看它的线；点一下可以固定。最粗的线的文本数：",
    ),
    "time": Text("Over time", "随时间变化"),
    "table": Text("Table", "表格"),
    "undated": Text("texts without a date that can be read", "条文本没有可识别的日期"),
    "by": Text("By", "按列统计："),
    "variants": Text("Variants that are counted together", "合并统计的不同写法"),
    "variant": Text("variant", "写法"),
    "more": Text("Show more", "显示更多"),
    "rest": Text("The tables in CSV, Excel and Parquet have more rows.", "CSV、Excel 和 Parquet 表格中有更多行。"),
}


def check_summary_folder(folder: Path, parameter: str, uses: Iterable[Path] = ()) -> None:
    """Make sure that a summary may be written into a folder: see `ner.output_paths.check_folder`.

    Raises:
        InputError: it is in use, or holds other files.
    """
    check_folder(folder, parameter, uses, is_ours=_is_summary, what="a report of summarize")


def _is_summary(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (_PAGE, _BOOK))


def write_report(summary: Summary, folder: Path) -> None:
    """Write `summary.html`, `summary.xlsx`, and each table as CSV and Parquet.

    Raises:
        OSError: the folder can't be written.
    """
    duckdb = import_extra("duckdb", "summarize", folder)

    def clear() -> None:  # an older summary may have more tables
        for table in ("periods", "names_by_period", "groups"):
            for ending in ("csv", "parquet"):
                (folder / f"{table}.{ending}").unlink(missing_ok=True)

    with whole_folder(folder, clear=clear) as partial:
        for name, frame in summary.tables.items():
            # The mark by which Excel recognises UTF-8, as tag writes it.
            write_text("\ufeff" + frame_to_csv(frame), partial / f"{name}.csv")
            with duckdb.connect() as database:
                database.from_df(frame).write_parquet(str(partial / f"{name}.parquet"))
        _write_book(summary, partial / _BOOK)
        write_text(_page(summary), partial / _PAGE)


def _write_book(summary: Summary, path: Path) -> None:
    book = ExcelBook(path)
    for name, frame in summary.tables.items():
        sheet = book.sheet(name, [*map(str, frame.columns)])
        for row in frame.itertuples(index=False, name=None):
            sheet.append(row)
    book.save(path)


def _page(summary: Summary) -> str:
    script = text_template("summarizing/summary.js.j2").render()
    names = summary.names.groupby("type", sort=False).head(_NAMES_ON_PAGE).reset_index(drop=True)
    pairs = summary.pairs.head(_ROWS_ON_PAGE)
    nodes, links = charts.draw_circle(summary.pairs)
    filters: Filters = {"clip": _clip, "number": "{:,}".format, "shares": charts.shares}
    template = page_template("summarizing/summary.html.j2", filters)
    return template.render(
        language=language(),
        words={name: str(text) for name, text in _WORDS.items()},
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        summary=summary,
        names=names,
        pairs=pairs,
        variants=summary.variants.head(_ROWS_ON_PAGE),
        timeline=None if summary.periods is None else charts.draw_timeline(summary.periods),
        counts=charts.counts_over_time(summary.periods, summary.names_by_period),
        nodes=nodes,
        links=links,
        chart=charts,
        groups=_wide_groups(summary.groups),
        more=len(names) < len(summary.names) or len(pairs) < len(summary.pairs),
        hues=Hues(sorted(summary.types["type"])),  # as models list them
        version=installed_version("bert-ner"),
    )


def _clip(text: object) -> str:
    return clip(str(text), _LONGEST)


def _wide_groups(groups: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """For each value, in the order of the table, the row of each type."""
    wide: dict[str, dict[str, Any]] = {}
    if groups is not None:
        for value, *row in groups.itertuples(index=False, name=None):
            wide.setdefault(str(value), {})[row[0]] = row
            if len(wide) > _ROWS_ON_PAGE:
                break
    return wide
