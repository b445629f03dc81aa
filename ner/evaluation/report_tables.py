"""The tables of a report, each with a heading, what it says and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.evaluation import error_tables as wrong
from ner.evaluation import weaknesses as weak
from ner.evaluation.confidence import reliability_table, threshold_table
from ner.evaluation.entity_errors import EntityError
from ner.evaluation.entity_tables import type_table

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation


@dataclass(frozen=True)
class Table:
    """A table with the name of its CSV file, a heading, what it says and what to do about it.

    `formats` are for columns of numbers that are not shown as they are elsewhere, `most` is the number of rows that a
    page shows.
    """

    name: str
    title: str
    advice: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    most: int = 100

    @cached_property
    def words(self) -> set[str]:
        """The columns that hold text."""
        return {str(name) for name, column in self.frame.items() if pd.api.types.is_string_dtype(column)}


def score_tables(
    evaluation: Evaluation, partial_credit: pd.DataFrame | None, train_types: Counter[str] | None
) -> list[Table]:
    """Scores by type, and with credit for what is nearly right. `train_types` counts the entities of train by type."""
    types = type_table(evaluation)
    if train_types is not None:
        types["train"] = [train_types[name] for name in types["type"]]
    tables = [
        Table(
            "types",
            "By type",
            "A weak type with few entities in train needs more of them; a weak type with many is hard to tell, or "
            "labelled in more than one way.",
            types,
        )
    ]
    if partial_credit is not None:
        tables.append(
            Table(
                "partial_credit",
                "With credit for what is nearly right",
                "Strict wants boundaries and type, exact the boundaries, partial gives half a point for some of the "
                "characters, type wants the type and one character. Where partial is far above strict, entities are "
                "found and their boundaries are wrong: look at how they are labelled.",
                partial_credit,
            )
        )
    return tables


def error_tables(evaluation: Evaluation, entities: pd.DataFrame, found: Sequence[EntityError]) -> list[Table]:
    """The errors that were found, by type, kind and form. `entities` is from `entity_table`, here and below."""
    if not found:
        return []
    return [
        Table(
            "error_kinds",
            "By type and kind",
            "Every wrong entity is one of these. Missed and invented ones ask for more training text like the "
            "examples; wrong types and boundaries for clearer rules of annotation.",
            wrong.error_table(evaluation, found),
        ),
        Table(
            "confusion",
            "Types, where the boundaries are right",
            "Rows are gold, columns predicted. Two types that are often taken for each other need a rule that "
            "tells them apart, or to be one type.",
            wrong.confusion_table(evaluation, found),
        ),
        Table(
            "forms",
            "Most frequent wrong forms",
            "The same form wrong again and again is cheap to mend: some training sentences with it, or one label "
            "for it in gold.",
            wrong.form_table(entities, found),
            most=20,
        ),
    ]


def weakness_tables(
    evaluation: Evaluation,
    entities: pd.DataFrame,
    train_forms: wrong.TrainForms | None,
    characters: CharacterTable | None,
) -> list[Table]:
    """Groups of entities that may be worse than others."""
    if entities.empty:
        return []
    sentences = evaluation.sentences
    tables = [
        Table(
            "by_entity_length",
            "By length of the entity",
            "Where long names are worse, their boundaries are: look at the errors that are too short or too long.",
            weak.by_entity_length(entities),
        ),
        Table(
            "by_sentence_length",
            "By length of the sentence",
            "Short ones are often headings and lists, for which train may have too few examples.",
            weak.by_sentence_length(entities, sentences),
        ),
        Table(
            "by_density",
            "By share of the sentence in entities",
            "Sentences with none show what is invented from nothing; crowded ones are lists and titles.",
            weak.by_density(entities, evaluation),
        ),
    ]
    if train_forms is not None:
        tables.append(
            Table(
                "by_seen",
                "By whether train has the form as an entity",
                "Names that train doesn't have are what a tagger is for. Where they are much worse, more varied "
                "training text helps more than more of the same, and so does a larger encoder.",
                weak.group_by_seen(entities, train_forms),
            )
        )
    if characters is not None:
        tables.append(
            Table(
                "by_unknown",
                "By characters that the encoder doesn't know",
                "If such entities are many and bad, choose an encoder with a larger vocabulary.",
                weak.by_unknown_characters(entities, sentences, characters),
            )
        )
    sources = {
        "document": weak.by_source(entities, sentences, lambda sentence: sentence.document, "document"),
        "file": weak.by_source(entities, sentences, lambda sentence: sentence.path, "file"),
    }
    advice = "The worst first: look whether they are of another style, or labelled by other hands."
    return [
        *tables,
        *(
            Table(f"by_{name}", f"By {name}", advice, frame, most=20)
            for name, frame in sources.items()
            if len(frame) > 1
        ),
    ]


def confidence_tables(evaluation: Evaluation) -> list[Table]:
    """Whether scores can be believed, and what a lowest score leaves."""
    if not evaluation.has_scores:
        return []
    return [
        Table(
            "reliability",
            "Whether scores can be believed",
            "Where the share of correct entities is below the mean score, the model is over-confident: train with "
            "`calibrate`.",
            reliability_table(evaluation.entity_scores).round(4),
            {"mean_score": ".1%", "correct": ".1%"},
        ),
        Table(
            "thresholds",
            "Scores with `min_score`",
            "Choose the lowest score by the precision that you need, on dev.",
            threshold_table(evaluation.entity_scores, evaluation.scores.gold_chunks),
        ),
    ]


def training_tables(epochs: Sequence[Mapping[str, Any]]) -> list[Table]:
    """The epochs of a training record."""
    return [
        Table(
            "epochs",
            "Epochs",
            "If dev F1 still rises in the last epoch, train longer; if it falls while the loss falls, the model "
            "learns train by heart, and needs more data or more dropout.",
            pd.DataFrame(epochs).rename(columns={"loss": "train_loss"}),
            {"epoch": ".0f", "train_loss": ".4f"},
        )
    ]
