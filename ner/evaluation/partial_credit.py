"""Scores that give credit for what is nearly right: those of MUC and SemEval, by nervaluate."""

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
    """A row for each measure: its five outcomes, precision, recall and F1 in percent. None without nervaluate.

    The measures are those of SemEval-2013 task 9 (Segura-Bedmar, Martínez and Herrero-Zazo 2013), the
    outcomes those of MUC-5 (Chinchor and Sundheim 1993): `strict` wants boundaries and type, `exact` boundaries,
    `partial` gives half a point for some of the characters, whatever the type, and `type` wants the type and one
    character.
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
    """An entity as nervaluate takes it: its last character counts."""
    return {"label": entity.label, "start": entity.start, "end": entity.end - 1}
