"""The tables of a summary, counted in the database."""

from typing import Any

import pandas as pd

from ner.errors import InputError
from ner.summarizing.summary_settings import PeriodName, SummarySettings

MOST_TOGETHER = 1000
"""Names of a text that are paired with each other. A text with more is a list, in which names don't appear together."""
MOST_OVER_TIME = 100
"""Names of each type that are counted over time."""
MOST_PERIODS = 62
"""The most rows of a type over time, where the unit is chosen."""

_LONGEST_DATE = 40  # characters of what is shown of a text in place of a date
_UNITS: tuple[PeriodName, ...] = ("day", "month", "year")
_SHOWN = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}

_SEEN = """
CREATE TABLE seen AS SELECT record, name, sum(count)::BIGINT AS count FROM found GROUP BY record, name;
CREATE TABLE typed AS SELECT record, label, sum(count)::BIGINT AS count FROM seen JOIN names USING (name)
    GROUP BY record, label;
"""

_TYPES = """
SELECT label AS type, sum(count)::BIGINT AS count, any_value(names)::BIGINT AS names, count(*) AS texts,
    count(DISTINCT file) AS files
FROM typed JOIN texts USING (record)
JOIN (SELECT label, count(*) AS names FROM (SELECT DISTINCT name FROM seen) JOIN names USING (name) GROUP BY label)
    USING (label)
GROUP BY label ORDER BY count DESC, type
"""

_NAMES = """
SELECT type, name, count, texts, files, concat_ws(':', nullif(file, ''), line) AS first FROM (
    SELECT label AS type, shown AS name, sum(count)::BIGINT AS count, sum(texts)::BIGINT AS texts, count(*) AS files,
        min(file) AS file, arg_min(line, file) AS line,
        row_number() OVER (PARTITION BY label ORDER BY sum(count) DESC, shown) AS rank
    FROM (SELECT name, file, sum(count) AS count, count(*) AS texts, min(line) AS line
        FROM seen JOIN texts USING (record) GROUP BY name, file) JOIN names USING (name)
    GROUP BY label, shown
) WHERE rank <= ? ORDER BY count DESC, type, name
"""

_PAIRS = """
SELECT type, name, other_type, other_name, texts FROM (
    SELECT *, row_number() OVER (PARTITION BY type, other_type ORDER BY texts DESC, name, other_name) AS rank FROM (
        SELECT one.label AS type, one.shown AS name, other.label AS other_type, other.shown AS other_name, texts
        FROM (
            SELECT a.name AS one, b.name AS other, count(*) AS texts
            FROM (SELECT record FROM seen GROUP BY record HAVING count(*) BETWEEN 2 AND {most}) AS several
            JOIN seen AS a USING (record) JOIN seen AS b USING (record) WHERE a.name < b.name
            GROUP BY a.name, b.name
        ) JOIN names AS one ON one.name = one JOIN names AS other ON other.name = other
    )
) WHERE rank <= ? ORDER BY texts DESC, type, name, other_type, other_name
"""

_VARIANTS = """
SELECT names.label AS type, names.shown AS name, forms.shown AS variant, sum(count)::BIGINT AS count
FROM found JOIN names USING (name) JOIN forms ON forms.form = found.form
WHERE names.shown != forms.shown GROUP BY names.label, names.shown, forms.shown
QUALIFY row_number() OVER (PARTITION BY names.label ORDER BY sum(count) DESC, names.shown, forms.shown) <= ?
ORDER BY count DESC, type, name, variant
"""

# `seen` has a row for each text and name, with the column to count by.
_BY = """
SELECT {column}, type, count, texts, top FROM (
    SELECT {column}, label AS type, sum(count)::BIGINT AS count, count(*) AS texts
    FROM (SELECT {column}, record, label, sum(count) AS count FROM {seen} JOIN names USING (name)
        WHERE {column} IS NOT NULL GROUP BY {column}, record, label) GROUP BY {column}, label
) JOIN (
    SELECT {column}, label AS type, first(shown ORDER BY count DESC, shown) AS top FROM (
        SELECT {column}, name, sum(count) AS count FROM {seen}
        WHERE {column} IS NOT NULL GROUP BY {column}, name
    ) JOIN names USING (name) GROUP BY {column}, label
) USING ({column}, type)
ORDER BY {order}
"""

_NAMES_BY_PERIOD = """
SELECT period, label AS type, shown AS name, sum(count)::BIGINT AS count, count(*) AS texts
FROM (SELECT name, label, shown FROM (SELECT name, sum(count) AS count FROM seen GROUP BY name) JOIN names USING (name)
    QUALIFY row_number() OVER (PARTITION BY label ORDER BY count DESC, shown) <= ?)
JOIN seen USING (name) JOIN texts USING (record) WHERE period IS NOT NULL
GROUP BY period, label, shown
ORDER BY sum(sum(count)) OVER (PARTITION BY label, shown) DESC, type, name, period
"""

_DATES = r"""
CREATE TABLE dated AS SELECT date,
    try_cast(printf('%s-%s-%s', part.y, if(part.m = '', '1', part.m), if(part.d = '', '1', part.d)) AS DATE) AS day,
    CASE WHEN part.m = '' THEN 'year' WHEN part.d = '' THEN 'month' ELSE 'day' END AS unit
FROM (SELECT date, regexp_extract(date, '^\s*(\d{4})(?:[-/.年]?(\d{1,2}))?(?:[-/.月]?(\d{1,2}))?', ['y', 'm', 'd'])
    AS part FROM (SELECT DISTINCT date FROM texts))
"""


def count_seen(database: Any) -> None:
    """Make the tables that all others are counted from: `seen`, of records and names, and `typed`, of their types."""
    database.execute(_SEEN)


def types_table(database: Any) -> pd.DataFrame:
    """A row for each type: `type`, `count`, and the numbers of `names`, `texts` and `files` that have one."""
    return _frame(database, _TYPES)


def names_table(database: Any, top: int) -> pd.DataFrame:
    """The most frequent names of each type: `type`, `name`, `count`, the numbers of `texts` and `files`, and `first`.

    `first` is a place: the first line with the name, in the first of its files by their names.
    """
    return _frame(database, _NAMES, top)


def pairs_table(database: Any, top: int) -> pd.DataFrame:
    """Names that appear in the same texts: `type`, `name`, `other_type`, `other_name`, and the number of `texts`."""
    return _frame(database, _PAIRS.format(most=MOST_TOGETHER), top)


def variants_table(database: Any, top: int) -> pd.DataFrame:
    """Forms that are counted with a name: `type`, `name`, `variant`, and the `count` of the variant."""
    return _frame(database, _VARIANTS, top)


def groups_table(database: Any, column: str) -> pd.DataFrame:
    """Counts for each value of a column and each type: the column, `type`, `count`, `texts`, and the name at the `top`.

    The value is that of each mention: a text may have mentions from several sources.

    Args:
        database: a connection to DuckDB.
        column: the name that the column gets.
    """
    order = "sum(count) OVER (PARTITION BY value) DESC, value, count DESC, type"
    frame = _frame(database, _BY.format(column="value", seen="found", order=order))
    return frame.rename(columns={"value": column})


def read_dates(database: Any, settings: SummarySettings) -> None:
    """Make the table `dated`, of the dates of the texts.

    Raises:
        InputError: there are texts, and none has a date.
    """
    database.execute(_DATES)
    finer = ", ".join(f"'{unit}'" for unit in _finer_units("year" if settings.period == "auto" else settings.period))
    found, other = database.execute(
        f"SELECT count(day) FILTER (unit IN ({finer})), min(date) FILTER (date != '') FROM dated"
    ).fetchone()
    if found or not database.execute("SELECT count(*) FROM texts").fetchone()[0]:
        return
    has = "it is empty" if other is None else f"it has {other[:_LONGEST_DATE]!r}, for example"
    raise InputError(f"no text has a date in {settings.date!r} that can be read ({has}): expected such as 2024-05-31")


def periods_table(database: Any, period: PeriodName) -> tuple[pd.DataFrame, int]:
    """Counts for each period and each type: `period`, `type`, `count`, `texts`, and the name at the `top`.

    Returns:
        The table, and the number of texts without a date that has the unit of the periods.
    """
    unit = _choose_unit(database) if period == "auto" else period
    finer = ", ".join(f"'{each}'" for each in _finer_units(unit))
    database.execute(
        f"CREATE OR REPLACE TABLE texts AS SELECT record, strftime(day, '{_SHOWN[unit]}') AS period "
        f"FROM texts LEFT JOIN (SELECT * FROM dated WHERE unit IN ({finer})) USING (date)"
    )
    undated = database.execute("SELECT count(*) FROM texts WHERE period IS NULL").fetchone()[0]
    query = _BY.format(column="period", seen="(seen JOIN texts USING (record))", order="period, count DESC, type")
    return _frame(database, query), undated


def names_by_period_table(database: Any, top: int) -> pd.DataFrame:
    """Counts of the most frequent names, after `periods_table`: `period`, `type`, `name`, `count`, `texts`."""
    return _frame(database, _NAMES_BY_PERIOD, min(top, MOST_OVER_TIME))


def _finer_units(unit: PeriodName) -> tuple[PeriodName, ...]:
    """A unit, and the finer ones, of which it is a part."""
    return _UNITS[: _UNITS.index(unit) + 1]


def _choose_unit(database: Any) -> PeriodName:
    """The finest unit that all dates have, and that gives few periods."""
    coarsest = max(
        (unit for (unit,) in database.execute("SELECT DISTINCT unit FROM dated WHERE day IS NOT NULL").fetchall()),
        key=_UNITS.index,
        default="day",
    )
    for unit in _UNITS[_UNITS.index(coarsest) :]:
        periods = database.execute(f"SELECT date_diff('{unit}', min(day), max(day)) FROM dated").fetchone()[0] or 0
        if periods < MOST_PERIODS:
            return unit
    return "year"


def _frame(database: Any, query: str, *parameters: object) -> pd.DataFrame:
    frame: pd.DataFrame = database.execute(query, [*parameters]).df()
    return frame
