"""Precision, recall and F1 of groups of entities, to find what a tagger is weak at.

In all functions, `entities` is the table of `entity_table`. The group of an entity, gold or predicted, follows from its
own text and type, or from its sentence. So the counts of all groups of a table add up to the total.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.data.entities import Sentence
from ner.evaluation.entity_tables import COUNTS, with_rates
from ner.evaluation.error_tables import TrainForms
from ner.files import in_utf_8

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

_ENTITY_LENGTHS = (1, 2, 3, 4, 5, 7, 11)
_FREQUENCIES = (0, 1, 2, 5, 20)
_SENTENCE_LENGTHS = (1, 11, 21, 41, 81, 161)
_DENSITIES = (0.0, 0.1, 0.2, 0.4)
SEEN, OTHERWISE_SEEN, UNSEEN = "under this type", "under other types only", "not at all"


def by_entity_length(entities: pd.DataFrame) -> pd.DataFrame:
    """Scores by the number of characters of the entity."""
    return _score_groups(entities, _ranges(entities["text"].str.len(), _ENTITY_LENGTHS), "characters")


def by_sentence_length(entities: pd.DataFrame, sentences: Sequence[Sentence]) -> pd.DataFrame:
    """Scores by the number of characters of the sentence."""
    lengths = entities["sentence"].map(lambda i: len(sentences[i].text))
    return _score_groups(entities, _ranges(lengths, _SENTENCE_LENGTHS), "characters")


def by_density(entities: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Scores by the share of the sentence's characters that are in gold entities."""
    shares = [
        sum(entity.end - entity.start for entity in gold) / max(1, len(sentence.text))
        for sentence, gold in zip(evaluation.sentences, evaluation.flat_gold, strict=True)
    ]
    edges = [-math.inf, *_DENSITIES, math.inf]
    names = ["none", *(f"up to {high:.0%}" for high in _DENSITIES[1:]), f"over {_DENSITIES[-1]:.0%}"]
    groups = pd.cut(entities["sentence"].map(lambda i: shares[i]), edges, labels=names)
    return _score_groups(entities, groups, "share in entities")


def group_by_seen(entities: pd.DataFrame, forms: TrainForms) -> pd.DataFrame:
    """Scores by whether the surface form is an entity in train: with the same type, with other types, or not at all."""

    def group(text: str, label: str) -> str:
        if text not in forms:
            return UNSEEN
        return SEEN if label in forms[text] else OTHERWISE_SEEN

    groups = [group(text, label) for text, label in zip(entities["text"], entities["label"], strict=True)]
    return _score_groups(entities, _order_groups(groups, (SEEN, OTHERWISE_SEEN, UNSEEN)), "seen in train")


def by_frequency(entities: pd.DataFrame, forms: TrainForms) -> pd.DataFrame:
    """Scores by how often the surface form is an entity of the same type in train."""
    times = [
        forms[text][label] if text in forms else 0
        for text, label in zip(entities["text"], entities["label"], strict=True)
    ]
    return _score_groups(entities, _ranges(pd.Series(times, dtype=int), _FREQUENCIES), "times in train")


def by_unknown_characters(
    entities: pd.DataFrame, sentences: Sequence[Sentence], characters: CharacterTable
) -> pd.DataFrame:
    """Scores by whether the entity, or its sentence, contains characters that the encoder doesn't know."""
    unknown = [characters.unknown(sentence.text) > 0 for sentence in sentences]
    names = ("in the entity", "elsewhere in the sentence", "none")
    groups = [
        names[0] if characters.unknown(text) else names[1] if unknown[i] else names[2]
        for text, i in zip(entities["text"], entities["sentence"], strict=True)
    ]
    return _score_groups(entities, _order_groups(groups, names), "unknown characters")


def by_source(
    entities: pd.DataFrame, sentences: Sequence[Sentence], source: Callable[[Sentence], str], name: str
) -> pd.DataFrame:
    """Scores by document or file, the lowest F1 first.

    Args:
        entities: the table of `entity_table`.
        sentences: all sentences.
        source: gives the document or file of a sentence.
        name: the name of the first column.
    """
    groups = entities["sentence"].map(lambda i: in_utf_8(source(sentences[i])))
    return _score_groups(entities, groups, name).sort_values(["f1", "gold"], ascending=[True, False], ignore_index=True)


def _score_groups(entities: pd.DataFrame, groups: pd.Series[Any], name: str) -> pd.DataFrame:
    counts = entities[COUNTS].groupby(groups.rename(name), observed=True).sum()
    table = with_rates(counts.reset_index().astype({name: str}))
    # Recall and F1 are undefined without gold entities, precision without predicted entities.
    table[["recall", "f1"]] = table[["recall", "f1"]].where(table["gold"] > 0)
    table["precision"] = table["precision"].where(table["predicted"] > 0)
    return table


def _ranges(values: pd.Series[int], starts: Sequence[int]) -> pd.Series[Any]:
    """The range of each value. Ranges begin at `starts`, and the last one has no end."""
    names = [f"{low} to {high - 1}" if high - low > 1 else str(low) for low, high in pairwise(starts)]
    return pd.cut(values, [*starts, np.inf], right=False, labels=[*names, f"{starts[-1]} or more"])


def _order_groups(groups: Sequence[str], order: Sequence[str]) -> pd.Series[Any]:
    return pd.Series(groups).astype(pd.CategoricalDtype([*order]))
