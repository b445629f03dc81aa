"""Scores with partial credit, as in MUC and SemEval, computed by nervaluate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.data.entities import Entity

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

_MEASURES = {"strict": "strict", "exact": "exact", "partial": "partial", "ent_type": "type"}
_OF_PARTS = ("partial", "ent_type")
"""The measures in which a partial outcome is half a point, as nervaluate has it."""
_OUTCOMES = ["correct", "incorrect", "partial", "missed", "spurious"]


def partial_credit_table(evaluation: Evaluation) -> pd.DataFrame | None:
    """A row for each measure: its five outcomes, and precision, recall and F1 in percent.

    The measures are those of SemEval-2013 task 9 (Segura-Bedmar, Martínez and Herrero-Zazo 2013), the outcomes those of
    MUC-5 (Chinchor and Sundheim 1993). `strict` requires the right boundaries and type, `exact` the right boundaries.
    `partial` gives half a point if some characters overlap, whatever the type. `type` requires the right type and one
    common character.

    Returns:
        The table; None if nervaluate is not installed.
    """
    if find_spec("nervaluate") is None:
        return None
    from nervaluate import Evaluator

    # Its time is that of all pairs of entities of a document, times the types. So its documents are the smallest ones.
    measures: dict[str, Any] = {}
    for gold, predicted in chain.from_iterable(map(_clusters, evaluation.flat_gold, evaluation.entities)):
        tags = [*{entity.label for entity in (*gold, *predicted)}]
        documents = ([[*map(_span, entities)]] for entities in (gold, predicted))
        for key, found in Evaluator(*documents, tags=tags, loader="dict").evaluate()["overall"].items():
            total = measures.setdefault(key, found)
            if total is not found:
                for outcome in _OUTCOMES:
                    setattr(total, outcome, getattr(total, outcome) + getattr(found, outcome))
    if not measures:
        measures = Evaluator([[]], [[]], tags=[], loader="dict").evaluate()["overall"]
    for key, total in measures.items():
        total.compute_metrics(partial_or_type=key in _OF_PARTS)
    rows = [
        [
            name,
            *(getattr(measures[key], outcome) for outcome in _OUTCOMES),
            *(round(100.0 * getattr(measures[key], rate), 2) for rate in ("precision", "recall", "f1")),
        ]
        for key, name in _MEASURES.items()
    ]
    return pd.DataFrame(rows, columns=["measure", *_OUTCOMES, "precision", "recall", "f1"])


def _clusters(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[tuple[list[Entity], list[Entity]]]:
    """The gold and predicted entities of a sentence in groups, between which none overlap."""
    sides: tuple[list[Entity], list[Entity]] = [], []
    end = 0
    tagged = [*((entity, 0) for entity in gold), *((entity, 1) for entity in predicted)]
    for entity, side in sorted(tagged, key=lambda each: each[0].start):
        if entity.start >= end and any(sides):
            yield sides
            sides = [], []
        sides[side].append(entity)
        end = max(end, entity.end)
    if any(sides):
        yield sides


def _span(entity: Entity) -> dict[str, object]:
    """An entity as nervaluate expects it: `end` is the index of the last character."""
    return {"label": entity.label, "start": entity.start, "end": entity.end - 1}
