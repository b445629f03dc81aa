"""From tagged files to tables, in constant memory.

The work is done by DuckDB, which keeps on disk what has no room in memory.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ner.extras import import_extra
from ner.runs.progress import Progress, choose_progress
from ner.summarizing import count_tables
from ner.summarizing.load_tagged import find_repeated, load_tagged
from ner.summarizing.merge_names import merge_names
from ner.summarizing.summary import Summary
from ner.summarizing.summary_settings import SummarySettings
from ner.summarizing.tagged_files import TaggedFile, find_tagged_files

_MEMORY = "500MB"
_STEPS = 7


def summarize(
    files: str | Path | Iterable[str | Path],
    settings: SummarySettings | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Count what tagged files hold.

    >>> summarize("out", SummarySettings(date="published")).names.head()  # doctest: +SKIP

    Args:
        files: files that `tag` wrote (JSON lines, CSV, Excel, Parquet), or folders of them.
        settings: what the tables are about.
        progress: shows the progress.

    Raises:
        InputError: a file is none that `tag` wrote, has no such column, no text has a date that can be read, no
            entity has one of the types, or a package of the extra "summarize" is not installed.
        OSError: a file can't be read, or there is no room for temporary files.
    """
    found = find_tagged_files([files] if isinstance(files, (str, Path)) else files)
    return summarize_files(found, settings or SummarySettings(), choose_progress(progress))


def summarize_files(files: list[TaggedFile], settings: SummarySettings, progress: Progress) -> Summary:
    """Count what files hold that `find_tagged_files` has found: see `summarize`."""
    with _open_database() as database:
        _read(database, files, settings, progress)
        if settings.date is not None:
            count_tables.read_dates(database, settings)
        repeated = find_repeated(database, files)
        progress.start("counting", _STEPS)
        try:
            return replace(_count(database, settings, progress), repeated=repeated)
        finally:
            progress.finish()


@contextmanager
def _open_database() -> Iterator[Any]:
    """A database in a temporary folder, which grows with the input, as memory doesn't."""
    duckdb = import_extra("duckdb", "summarize", "summarize")
    with tempfile.TemporaryDirectory(prefix="bert-ner-") as folder:
        options = {
            "memory_limit": _MEMORY,
            "temp_directory": folder,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(f"{folder}/summary.duckdb", config=options) as database:
            yield database


def _read(database: Any, files: list[TaggedFile], settings: SummarySettings, progress: Progress) -> None:
    kept = {"document": settings.document, "date": settings.date, "value": settings.by}
    done = 0

    def advance(size: int) -> None:
        nonlocal done
        done += size
        progress.advance(float(done), f"{done / 1e6:,.0f} MB")

    progress.start("reading", float(sum(file.size for file in files)))
    try:
        load_tagged(database, files, kept, settings.min_score, advance)
    finally:
        progress.finish()


def _count(database: Any, settings: SummarySettings, progress: Progress) -> Summary:
    texts, files = database.execute("SELECT count(*), count(DISTINCT file) FROM texts").fetchone()
    steps = iter(range(1, _STEPS + 1))

    def step(table: str) -> None:
        progress.advance(float(next(steps)), table)

    step("variants")
    merge_names(database, settings)
    count_tables.count_seen(database)
    step("types")
    types = count_tables.types_table(database)
    step("names")
    names = count_tables.names_table(database, settings.top)
    variants = count_tables.variants_table(database, settings.top)
    step("pairs")
    pairs = count_tables.pairs_table(database, settings.top)
    step("groups")
    groups = None if settings.by is None else count_tables.groups_table(database, settings.by)
    step("periods")
    found = Summary(texts, int(types["count"].sum()), files, types, names, pairs, variants, groups=groups)
    if settings.date is None:
        return found
    periods, undated = count_tables.periods_table(database, settings.period)
    by_period = count_tables.names_by_period_table(database, settings.top)
    return replace(found, periods=periods, names_by_period=by_period, undated=undated)
