"""Scores with partial credit, as in MUC and SemEval, computed by nervaluate."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pandas as pd

from ner.data.entities import Entity

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

_MEASURES = {"strict": "strict", "exact": "exact", "partial": "partial", "ent_type": "type"}
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

    gold, predicted = ([[*map(_span, row)] for row in rows] for rows in (evaluation.flat_gold, evaluation.entities))
    measures = Evaluator(gold, predicted, tags=[*evaluation.scores.types], loader="dict").evaluate()["overall"]
    rows = [
        [
            name,
            *(getattr(measures[key], outcome) for outcome in _OUTCOMES),
            *(round(100.0 * getattr(measures[key], rate), 2) for rate in ("precision", "recall", "f1")),
        ]
        for key, name in _MEASURES.items()
    ]
    return pd.DataFrame(rows, columns=["measure", *_OUTCOMES, "precision", "recall", "f1"])


def _span(entity: Entity) -> dict[str, object]:
    """An entity as nervaluate expects it: `end` is the index of the last character."""
    return {"label": entity.label, "start": entity.start, "end": entity.end - 1}
