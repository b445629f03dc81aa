"""How reliable scores are: calibration, and precision and recall above a minimum score.

In all functions, `scored` is `Evaluation.entity_scores`.
"""

import math
from itertools import pairwise

import pandas as pd

from conlleval import TypeScores

_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""The ranges are narrower where most scores are."""
_THRESHOLDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def reliability_table(scored: pd.DataFrame) -> pd.DataFrame:
    """A row for each range of scores: the number of entities, their mean score, and the share that is correct.

    If the scores are calibrated, mean score and share are equal (Guo et al. 2017, section 2).
    """
    names = [f"{low:g} to {high:g}" for low, high in pairwise(_EDGES)]
    # The highest range includes its upper edge.
    bins = pd.cut(scored["score"], [*_EDGES[:-1], math.inf], labels=names, right=False)
    groups = scored.groupby(bins, observed=True)
    table = groups.agg(entities=("score", "size"), mean_score=("score", "mean"), correct=("correct", "mean"))
    return table.rename_axis("scores").reset_index()


def calibration_error(scored: pd.DataFrame) -> float:
    """The expected calibration error (Guo et al. 2017, equation 3); 0 if there are no entities.

    It is the mean distance between mean score and share of correct entities, weighted by the entities of each range.
    """
    table = reliability_table(scored)
    distance = (table["mean_score"] - table["correct"]).abs()
    return float((distance * table["entities"]).sum() / max(1, len(scored)))


def threshold_table(scored: pd.DataFrame, gold: int) -> pd.DataFrame:
    """A row for each threshold: precision, recall and F1 in percent if entities with lower scores are dropped.

    Args:
        scored: the scores of the predicted entities.
        gold: the number of gold entities.
    """
    rows = []
    for threshold in _THRESHOLDS:
        kept = scored[scored["score"] >= threshold]
        scores = TypeScores(gold_chunks=gold, predicted_chunks=len(kept), correct_chunks=int(kept["correct"].sum()))
        rates = (round(rate, 2) for rate in (scores.precision, scores.recall, scores.f1))
        rows.append((threshold, len(kept), *rates))
    return pd.DataFrame(rows, columns=["min_score", "entities", "precision", "recall", "f1"])
