"""Counts of gold, predicted and correct entities, and precision, recall and F1, as data frames."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from conlleval import TypeScores
from ner.evaluation.bootstrap import Counts

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

MOST_TYPES = 100
"""Of more types a table of all pairs has millions of cells, and a page can't be read."""
COUNTS = ["gold", "predicted", "correct"]
RATES = ["precision", "recall", "f1"]


def entity_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row for each distinct gold or predicted entity: `sentence` (an index), `label`, `text`, and `COUNTS`.

    Each count is 0 or 1, so the sum over a group of rows is the count of the group.
    """
    rows = []
    for sentence, (gold, predicted) in enumerate(zip(evaluation.flat_gold, evaluation.entities, strict=True)):
        spans = {(entity.start, entity.end, entity.label): entity.text for entity in (*gold, *predicted)}
        in_gold = {(entity.start, entity.end, entity.label) for entity in gold}
        found = {(entity.start, entity.end, entity.label) for entity in predicted}
        rows += [
            (sentence, span[2], text, int(span in in_gold), int(span in found), int(span in in_gold and span in found))
            for span, text in spans.items()
        ]
    return pd.DataFrame(rows, columns=["sentence", "label", "text", *COUNTS])


def with_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Add the columns `precision`, `recall` and `f1`, in percent, to a table with the columns `COUNTS`."""
    scores = [
        TypeScores(gold_chunks=gold, predicted_chunks=predicted, correct_chunks=correct)
        for gold, predicted, correct in counts[COUNTS].itertuples(index=False, name=None)
    ]
    return counts.assign(**{rate: [round(float(getattr(row, rate)), 2) for row in scores] for rate in RATES})


def to_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dicts by column, ready for JSON: a value that is undefined is None."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def type_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row for each type: gold, predicted and correct entities, precision, recall and F1 in percent."""
    rows = [
        (name, row.gold_chunks, row.predicted_chunks, row.correct_chunks)
        for name, row in evaluation.scores.types.items()
    ]
    return with_rates(pd.DataFrame(rows, columns=["type", *COUNTS]))


def counts_by_type(evaluation: Evaluation, types: Sequence[str]) -> Counts:
    """Gold, predicted and correct entities by sentence, for all types and for each: `(1 + types, sentences, 3)`."""
    entities = entity_table(evaluation)
    counts = np.zeros((1 + len(types), len(evaluation.sentences), len(COUNTS)), dtype=np.int64)
    for group, name in enumerate([None, *types]):
        rows = entities if name is None else entities[entities["label"] == name]
        np.add.at(counts[group], rows["sentence"].to_numpy(np.int64), rows[COUNTS].to_numpy(np.int64))
    return counts


def frequent_types(evaluation: Evaluation, most: int = MOST_TYPES) -> list[str]:
    """The types with most entities in gold and prediction, at most so many, in their usual order."""
    types = evaluation.scores.types
    if len(types) <= most:
        return [*types]
    kept = set(heapq.nlargest(most, types, key=lambda name: types[name].gold_chunks + types[name].predicted_chunks))
    return [name for name in types if name in kept]


def sentence_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row for each sentence, in order: its gold, predicted and correct entities."""
    return pd.DataFrame(evaluation.counts, columns=COUNTS)
