"""Precision, recall and F1 of groups of entities, to find what a tagger is weak at.

In all functions, `entities` is the table of `entity_table`. The group of an entity, gold or predicted, follows from its
own text and type, or from its sentence. So the counts of all groups of a table add up to the total.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

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
    return _score_ranges(entities, map(len, entities["text"]), _ENTITY_LENGTHS, "characters")


def by_sentence_length(entities: pd.DataFrame, sentences: Sequence[Sentence]) -> pd.DataFrame:
    """Scores by the number of characters of the sentence."""
    lengths = (len(sentences[i].text) for i in entities["sentence"])
    return _score_ranges(entities, lengths, _SENTENCE_LENGTHS, "characters")


def by_density(entities: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Scores by the share of the sentence's characters that are in gold entities."""
    shares = [
        sum(entity.end - entity.start for entity in gold) / max(1, len(sentence.text))
        for sentence, gold in zip(evaluation.sentences, evaluation.flat_gold, strict=True)
    ]
    names = ["none", *(f"up to {high:.0%}" for high in _DENSITIES[1:]), f"over {_DENSITIES[-1]:.0%}"]
    groups = (names[bisect_left(_DENSITIES, shares[i])] for i in entities["sentence"])
    return _score_groups(entities, groups, "share in entities", names)


def group_by_seen(entities: pd.DataFrame, forms: TrainForms) -> pd.DataFrame:
    """Scores by whether the surface form is an entity in train: with the same type, with other types, or not at all."""

    def group(text: str, label: str) -> str:
        if text not in forms:
            return UNSEEN
        return SEEN if label in forms[text] else OTHERWISE_SEEN

    groups = map(group, entities["text"], entities["label"])
    return _score_groups(entities, groups, "seen in train", (SEEN, OTHERWISE_SEEN, UNSEEN))


def by_frequency(entities: pd.DataFrame, forms: TrainForms) -> pd.DataFrame:
    """Scores by how often the surface form is an entity of the same type in train."""
    times = (
        forms[text][label] if text in forms else 0
        for text, label in zip(entities["text"], entities["label"], strict=True)
    )
    return _score_ranges(entities, times, _FREQUENCIES, "times in train")


def by_unknown_characters(
    entities: pd.DataFrame, sentences: Sequence[Sentence], characters: CharacterTable
) -> pd.DataFrame:
    """Scores by whether the entity, or its sentence, contains characters that the encoder doesn't know."""
    unknown = [characters.unknown(sentence.text) > 0 for sentence in sentences]
    names = ("in the entity", "elsewhere in the sentence", "none")
    groups = (
        names[0] if characters.unknown(text) else names[1] if unknown[i] else names[2]
        for text, i in zip(entities["text"], entities["sentence"], strict=True)
    )
    return _score_groups(entities, groups, "unknown characters", names)


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
    groups = [in_utf_8(source(sentences[i])) for i in entities["sentence"]]
    table = _score_groups(entities, groups, name, sorted({*groups}))
    return table.sort_values(["f1", "gold"], ascending=[True, False], ignore_index=True)


def _score_ranges(entities: pd.DataFrame, values: Iterable[int], starts: Sequence[int], name: str) -> pd.DataFrame:
    """Scores by the range of each value. Ranges begin at `starts`, and the last one has no end."""
    names = [f"{low} to {high - 1}" if high - low > 1 else str(low) for low, high in pairwise(starts)]
    names.append(f"{starts[-1]} or more")
    groups = (names[bisect_right(starts, value) - 1] for value in values)
    return _score_groups(entities, groups, name, names)


def _score_groups(entities: pd.DataFrame, groups: Iterable[str], name: str, order: Sequence[str]) -> pd.DataFrame:
    """Scores of the group of each entity, in the order of `order`. Groups without entities are left out."""
    counts = entities[COUNTS].to_numpy()
    rows: dict[str, list[int]] = defaultdict(list)  # the rows of the entities, by group
    for row, group in enumerate(groups):
        rows[group].append(row)
    sums = [(group, *counts[rows[group]].sum(axis=0)) for group in order if group in rows]
    table = with_rates(pd.DataFrame(sums, columns=[name, *COUNTS]))
    # Recall and F1 are undefined without gold entities, precision without predicted entities.
    table.loc[table["gold"] == 0, ["recall", "f1"]] = np.nan
    table.loc[table["predicted"] == 0, "precision"] = np.nan
    return table
