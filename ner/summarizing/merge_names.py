"""Giving each mention in the database its name: the most frequent of the forms that are the same."""

from typing import Any

import pandas as pd

from ner.errors import InputError
from ner.summarizing.name_forms import form_folder, is_short_form
from ner.summarizing.summary_settings import SummarySettings

_BATCH = 50_000
_LONGEST_SHORT = 8  # characters

# Pairs of names of one document of which one may be short for the other. The names are compared in Python, once for all
# documents: a family name alone would be paired with thousands of names here.
_CLOSE = f"""
CREATE TEMP TABLE present AS
    SELECT DISTINCT {{document}} AS document, label, name, key FROM found JOIN names USING (name) {{texts}};
CREATE TABLE close AS
    SELECT document, short.name AS short, whole.name AS whole
    FROM present AS short JOIN present AS whole USING (document, label)
    WHERE length(short.key) <= {_LONGEST_SHORT} AND length(short.key) < length(whole.key)
        AND contains(whole.key, short.key[1]);
DROP TABLE present;
"""

_CANDIDATES = """
SELECT short, whole, one.key, other.key, one.label FROM (SELECT DISTINCT short, whole FROM close)
JOIN names AS one ON one.name = short JOIN names AS other ON other.name = whole
"""

# A short form that fits several full names of its document stays what it is.
_REPLACED = """
CREATE TEMP TABLE replaced AS
    SELECT document, short AS name, any_value(whole) AS whole FROM close JOIN pairs USING (short, whole)
    GROUP BY document, short HAVING count(*) = 1;
CREATE OR REPLACE TABLE found AS
    SELECT record, form, value, coalesce(replaced.whole, found.name) AS name, count
    FROM found {texts} LEFT JOIN replaced ON replaced.document = {document} AND replaced.name = found.name;
DROP TABLE close;
"""


def merge_names(database: Any, settings: SummarySettings) -> None:
    """Make the tables `forms`, `names` and `found` of the table `mentions`.

    Args:
        database: a connection to DuckDB.
        settings: which types are counted, whether other writing and short forms are counted with their name, and
            whether the texts have documents; else each text is one.

    Raises:
        InputError: OpenCC is not installed, or there are entities, and none has one of the types.
    """
    database.execute(
        "CREATE TABLE counted AS SELECT label, form, count(*) AS count FROM mentions GROUP BY label, form;"
        "CREATE TABLE folded (form VARCHAR, key VARCHAR)"
    )
    if settings.types is not None:
        _choose_types(database, settings.types)
    if settings.merge:
        _fold(database)
    # The numbers follow the names, so that the same input gives the same tables.
    database.execute(
        """CREATE TABLE keyed AS SELECT label, form, coalesce(key, form) AS key, count FROM counted
            LEFT JOIN folded USING (form);
        CREATE TABLE names AS SELECT row_number() OVER (ORDER BY label, key)::INTEGER AS name, label, key,
            first(form ORDER BY count DESC, form) AS shown FROM keyed GROUP BY label, key;
        CREATE TABLE forms AS SELECT row_number() OVER (ORDER BY label, form)::INTEGER AS form, name, label,
            keyed.form AS shown FROM keyed JOIN names USING (label, key);
        CREATE TABLE found AS SELECT record, forms.form, value, name, count(*)::INTEGER AS count
            FROM mentions JOIN forms ON mentions.label = forms.label AND mentions.form = forms.shown
            GROUP BY record, forms.form, value, name;
        DROP TABLE mentions; DROP TABLE counted; DROP TABLE folded; DROP TABLE keyed"""
    )
    if settings.merge:
        _join_short_forms(database, by_document=settings.document is not None)


def _choose_types(database: Any, names: str) -> None:
    """Leave out the forms of other types, whose mentions then have no name."""
    types = [name.strip() for name in names.split(",") if name.strip()]
    known = [type_ for (type_,) in database.execute("SELECT DISTINCT label FROM counted ORDER BY label").fetchall()]
    if not types:
        raise InputError("expected `types` to name types, such as PER,ORG")
    if known and (unknown := [name for name in types if name not in known]):
        raise InputError(
            f"no entity has the type {', '.join(unknown)}: expected `types` to name some of {', '.join(known)}"
        )
    database.execute("DELETE FROM counted WHERE NOT list_contains(?, label)", [types])


def _fold(database: Any) -> None:
    fold = form_folder()
    forms = database.cursor().execute("SELECT DISTINCT form FROM counted")
    while rows := forms.fetchmany(_BATCH):
        given = [form for (form,) in rows]
        keys = fold(given)
        changed = [(form, key) for form, key in zip(given, keys, strict=True) if form != key]
        _insert(database, "folded", pd.DataFrame(changed, columns=["form", "key"], dtype=object))


def _join_short_forms(database: Any, *, by_document: bool) -> None:
    where = (
        {"document": "coalesce(texts.document, '')", "texts": "JOIN texts USING (record)"}
        if by_document
        else {"document": "record", "texts": ""}
    )
    database.execute(_CLOSE.format(**where))
    database.execute("CREATE TEMP TABLE pairs (short INTEGER, whole INTEGER)")
    candidates = database.cursor().execute(_CANDIDATES)
    while rows := candidates.fetchmany(_BATCH):
        pairs = [(row[0], row[1]) for row in rows if is_short_form(*row[2:])]
        _insert(database, "pairs", pd.DataFrame(pairs, columns=["short", "whole"], dtype="int32"))
    database.execute(_REPLACED.format(**where))


def _insert(database: Any, table: str, frame: pd.DataFrame) -> None:
    database.register("rows", frame)
    database.execute(f"INSERT INTO {table} SELECT * FROM rows")
    database.unregister("rows")
