"""What tagged files hold, in tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Repeated:
    """Texts that several inputs have, with the same file, line and entities: perhaps one result that is given twice.

    Args:
        count: the number of these texts. Each is counted as often as it is there.
        place: the file and the line of the first one.
        one: an input that has it.
        other: another one.
    """

    count: int
    place: str
    one: str
    other: str


@dataclass(frozen=True)
class Summary:
    """What tagged files hold.

    >>> summary = summarize("entities.jsonl")  # doctest: +SKIP
    >>> summary.types  # doctest: +SKIP

    Args:
        texts: the number of texts; tables (CSV, Excel, Parquet) only have those with entities.
        entities: the number of entities.
        files: the number of files that the texts are from.
        types: a row for each type: `type`, `count`, and the numbers of different `names`, and of `texts` and `files`
            that have one.
        names: the most frequent names of each type: `type`, `name`, `count`, `texts`, `files`, and the place where it
            is `first`.
        pairs: names that appear in the same texts: `type`, `name`, `other_type`, `other_name`, and the number of
            `texts`.
        variants: forms that are counted with a name: `type`, `name`, `variant`, and the `count` of the variant.
        periods: with dates, counts over time: `period`, `type`, `count`, `texts`, and the most frequent name, `top`.
        names_by_period: with dates, counts of the most frequent names: `period`, `type`, `name`, `count`, `texts`.
        groups: as `periods`, for each value of a column, which is in place of `period`.
        undated: the number of texts without a date that could be read.
        repeated: the texts that several inputs have, None if there are none.
    """

    texts: int
    entities: int
    files: int
    types: pd.DataFrame
    names: pd.DataFrame
    pairs: pd.DataFrame
    variants: pd.DataFrame
    periods: pd.DataFrame | None = None
    names_by_period: pd.DataFrame | None = None
    groups: pd.DataFrame | None = None
    undated: int = 0
    repeated: Repeated | None = None

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by their names, without those that were not asked for."""
        tables = {"types": self.types, "names": self.names, "pairs": self.pairs, "variants": self.variants}
        asked_for = {"periods": self.periods, "names_by_period": self.names_by_period, "groups": self.groups}
        return tables | {name: table for name, table in asked_for.items() if table is not None}

    def write_report(self, folder: Path) -> None:
        """Write `summary.html`, `summary.xlsx`, and each table as CSV and Parquet.

        `ner.summarizing.summary_report.check_summary_folder` tells beforehand whether they may be written there.

        Raises:
            OSError: the folder can't be written.
        """
        from ner.summarizing.summary_report import write_report

        write_report(self, folder)
