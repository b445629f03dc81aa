"""Errors as data frames: by type and kind, as a confusion matrix, by surface form, and as a list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ner.data.entities import Entity, Sentence
from ner.evaluation.entity_errors import KINDS, EntityError
from ner.evaluation.entity_tables import frequent_types
from ner.evaluation.excerpts import excerpt, window
from ner.files import in_utf_8

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

ALL_TYPES = "all types"
CONFIDENT = 0.95
"""If a wrong entity has this score or more, gold may be wrong."""

TrainForms = Mapping[str, Counter[str]]
"""How often each surface form of the training data has each type."""


def error_table(evaluation: Evaluation, errors: Sequence[EntityError]) -> pd.DataFrame:
    """A row for all types and a row for each type: gold entities, correct entities, and errors of each kind.

    An error counts for its gold type. An invented entity has no gold type and counts for its predicted type. So `gold`
    is the sum of `correct` and all kinds but "invented".
    """
    kinds = Counter((error.entity.label, error.kind) for error in errors)
    rows = [
        [name, row.gold_chunks, row.correct_chunks, *(kinds[name, kind] for kind in KINDS)]
        for name, row in evaluation.scores.types.items()
    ]
    table = pd.DataFrame(rows, columns=["type", "gold", "correct", *KINDS])
    return pd.concat([pd.DataFrame([{"type": ALL_TYPES, **table.drop(columns="type").sum()}]), table])


def confusion_table(evaluation: Evaluation, errors: Iterable[EntityError]) -> pd.DataFrame:
    """The confusion matrix of entities with right boundaries: gold types as rows, predicted types as columns.

    Of very many types it has the most frequent.
    """
    types = frequent_types(evaluation)
    pairs = Counter({(name, name): row.correct_chunks for name, row in evaluation.scores.types.items()})
    pairs.update(
        (error.gold.label, error.predicted.label)
        for error in errors
        if error.gold and error.predicted and error.kind == "wrong type"
    )
    rows = [[gold, *(pairs[gold, predicted] for predicted in types)] for gold in types]
    return pd.DataFrame(rows, columns=["gold type", *types])


def form_table(entities: pd.DataFrame, errors: Iterable[EntityError]) -> pd.DataFrame:
    """A row for each surface form with two or more errors: its types, errors by kind, and correct predictions.

    The surface form is that of the gold entity, or of the predicted entity if it is invented. The form with the most
    errors comes first.

    Args:
        entities: the table of `entity_table`.
        errors: all errors.
    """
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    types: defaultdict[str, set[str]] = defaultdict(set)
    for error in errors:
        kinds[error.entity.text][error.kind] += 1
        types[error.entity.text] |= error.types
    correct = entities.groupby("text")["correct"].sum()
    rows = [
        [form, ", ".join(sorted(types[form])), found.total(), *(found[kind] for kind in KINDS), correct[form]]
        for form, found in sorted(kinds.items(), key=lambda item: (-item[1].total(), item[0]))
        if found.total() > 1
    ]
    return pd.DataFrame(rows, columns=["form", "types", "errors", *KINDS, "correct"])


def error_list(sentences: Sequence[Sentence], errors: Iterable[EntityError]) -> pd.DataFrame:
    """A row for each error: its place, kind, gold and predicted entity, score, and the text around it."""
    rows = [
        {
            "path": in_utf_8(sentences[error.sentence].path),
            "line": sentences[error.sentence].line,
            "kind": error.kind,
            **_fields("gold", error.gold),
            **_fields("predicted", error.predicted),
            "score": error.score,
            "context": excerpt(sentences[error.sentence].text, *window(error.spans)),
        }
        for error in errors
    ]
    sides = [f"{side}_{name}" for side in ("gold", "predicted") for name in ("type", "start", "end", "text")]
    table = pd.DataFrame(rows, columns=["path", "line", "kind", *sides, "score", "context"])
    offsets = [name for name in sides if name.endswith(("start", "end"))]
    return table.astype(dict.fromkeys(offsets, "Int64")).astype({"score": float})


def least_certain_first(errors: Iterable[EntityError]) -> list[EntityError]:
    """Sort errors by score, the lowest first. Errors without a score, for example missed entities, come last."""
    return sorted(errors, key=lambda error: 2.0 if error.score is None else error.score)


def doubtful_gold(errors: Iterable[EntityError]) -> list[EntityError]:
    """The errors whose score is `CONFIDENT` or more, the highest first. Their gold labels may be wrong."""
    doubtful = [error for error in errors if error.score is not None and error.score >= CONFIDENT]
    return sorted(doubtful, key=lambda error: -(error.score or 0))


def train_forms(sentences: Iterable[Sentence]) -> TrainForms:
    """Count how often each surface form has each type in training data."""
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for entity in sentence.entities:
            forms[entity.text][entity.label] += 1
    return forms


def _fields(side: str, entity: Entity | None) -> dict[str, object]:
    if entity is None:
        return {}
    values = {"type": entity.label, "start": entity.start, "end": entity.end, "text": entity.text}
    return {f"{side}_{name}": value for name, value in values.items()}
