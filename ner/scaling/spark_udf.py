"""Entities as a column of a Spark DataFrame."""

import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ner.extras import import_extra

if TYPE_CHECKING:
    from ner.tagging.tagger import Tagger

SCHEMA = "array<struct<start:int,end:int,label:string,text:string,score:double>>"
"""The type of the column, in the words of Spark."""


def spark_udf(model: str | Path | None = None) -> Any:
    """A function for Spark that finds the entities of a column of texts. A null is read as an empty text.

    >>> frame = frame.withColumn("entities", spark_udf("model")("text"))  # doctest: +SKIP

    Args:
        model: the model folder, at this path on each node; None for the built-in tagger. Each Python process loads it
            once, and tags with one thread.

    Returns:
        A user-defined function whose values are arrays of start, end, label, text and score.

    Raises:
        InputError: Spark is not installed.
    """
    functions = import_extra("pyspark.sql.functions", "spark", "spark_udf")

    def entities(batches: Iterator[Any]) -> Iterator[Any]:
        return _tag(batches, model)

    array: Any = import_extra("pyarrow", "spark", "spark_udf").Array
    arrays = types.GenericAlias(Iterator, (array,))
    entities.__annotations__ = {"batches": arrays, "return": arrays}  # they tell Spark the kind of the function
    return functions.arrow_udf(entities, SCHEMA)


def _tag(batches: Iterator[Any], model: str | Path | None) -> Iterator[Any]:
    arrow = import_extra("pyarrow", "spark", "spark_udf")
    names = {"start": "int32", "end": "int32", "label": "string", "text": "string", "score": "float64"}
    fields = [(name, arrow.type_for_alias(kind)) for name, kind in names.items()]
    kind = arrow.list_(arrow.struct(fields))
    tagger = _load(model)
    for texts in batches:
        found = tagger.tag_stream(text or "" for text in texts.to_pylist())
        rows = [[{name: getattr(entity, name) for name in names} for entity in entities] for entities in found]
        yield arrow.array(rows, kind)


@cache
def _load(model: str | Path | None) -> "Tagger":
    from ner.tagging.tagger import Tagger

    return Tagger.load(model, threads=1)
