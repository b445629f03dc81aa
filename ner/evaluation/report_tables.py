"""The tables of a report. Each has a heading, an explanation and advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.data.entities import Sentence
from ner.evaluation import error_tables as wrong
from ner.evaluation import weaknesses as weak
from ner.evaluation.confidence import reliability_table, threshold_table
from ner.evaluation.entity_errors import EntityError
from ner.evaluation.entity_tables import type_table

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Args:
        name: the name of its CSV file, without the suffix.
        title: its heading.
        advice: what the table shows, and what to do about it.
        frame: its content.
        formats: format specifications by column, for columns whose numbers are not shown in the usual format.
        most: the number of rows that a page shows.
    """

    name: str
    title: str
    advice: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    most: int = 100

    @cached_property
    def shown(self) -> pd.DataFrame:
        """The rows that a page shows: the first, or of very many types the most frequent."""
        if len(self.frame) > self.most and {"type", "gold"} <= {*self.frame.columns}:
            return self.frame.nlargest(self.most, "gold")
        return self.frame.head(self.most)

    def records(self) -> list[dict[str, Any]]:
        """The rows as dicts by column, ready for JSON: a value that is undefined is None."""
        rows = self.frame.to_dict("records")
        return [{str(name): None if pd.isna(value) else value for name, value in row.items()} for row in rows]

    @cached_property
    def words(self) -> set[str]:
        """The columns that hold text."""
        return {str(name) for name, column in self.frame.items() if pd.api.types.is_string_dtype(column)}


def score_tables(
    evaluation: Evaluation, partial_credit: pd.DataFrame | None, train_types: Counter[str] | None
) -> list[Table]:
    """Scores by type, and scores with partial credit.

    Args:
        evaluation: gold and predicted entities.
        partial_credit: the table of `partial_credit_table`; None if there is none.
        train_types: the number of train entities of each type; None if train is not available.
    """
    types = type_table(evaluation)
    if train_types is not None:
        types["train"] = [train_types[name] for name in types["type"]]
    tables = [
        Table(
            "types",
            "By type",
            "A weak type with few train entities needs more of them. A weak type with many train entities is hard to "
            "recognise, or it is labelled inconsistently.",
            types,
        )
    ]
    if partial_credit is not None:
        tables.append(
            Table(
                "partial_credit",
                "With partial credit",
                "“strict” requires the right boundaries and the right type. “exact” requires the right boundaries. "
                "“partial” gives half a point if some characters overlap. “type” requires the right type and one "
                "common character. If partial is far above strict, entities are found with wrong boundaries: check "
                "whether gold and train label boundaries consistently.",
                partial_credit,
            )
        )
    return tables


def error_tables(evaluation: Evaluation, entities: pd.DataFrame, found: Sequence[EntityError]) -> list[Table]:
    """Errors by type, by kind and by surface form.

    Args:
        evaluation: gold and predicted entities.
        entities: the table of `entity_table`.
        found: all errors.
    """
    if not found:
        return []
    return [
        Table(
            "error_kinds",
            "By type and kind",
            "Each wrong entity is counted once. Missed and invented entities need more training text that is similar "
            "to the examples. Wrong types and boundaries need clearer annotation guidelines.",
            wrong.error_table(evaluation, found),
        ),
        Table(
            "confusion",
            "Types of entities with right boundaries",
            "Rows are gold types, columns are predicted types. If two types are often confused, add a guideline "
            "that distinguishes them, or merge them.",
            wrong.confusion_table(evaluation, found),
        ),
        Table(
            "forms",
            "Surface forms with the most errors",
            "A surface form that is wrong many times is easy to fix: add training sentences with it, or label it "
            "consistently in gold.",
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
    """Scores of groups of entities, to find groups that are worse than others.

    Args:
        evaluation: gold and predicted entities.
        entities: the table of `entity_table`.
        train_forms: the surface forms of train; None if train is not available.
        characters: the characters that the encoder knows; None if there is no encoder.
    """
    if entities.empty:
        return []
    sentences = evaluation.sentences
    tables = [
        Table(
            "by_entity_length",
            "By length of the entity",
            "If long entities are worse, their boundaries are usually wrong: look at the errors that are too short or "
            "too long.",
            weak.by_entity_length(entities),
        ),
        Table(
            "by_sentence_length",
            "By length of the sentence",
            "Short sentences are often headings and lists. Train may have too few of them.",
            weak.by_sentence_length(entities, sentences),
        ),
        Table(
            "by_density",
            "By share of the sentence in entities",
            "Sentences without entities show how many entities are invented. Sentences with many entities are often "
            "lists and titles.",
            weak.by_density(entities, evaluation),
        ),
    ]
    if train_forms is not None:
        tables.append(
            Table(
                "by_seen",
                "By whether train contains the surface form",
                "A tagger should also find entities that are not in train. If their scores are much lower, add more "
                "varied training text, or use a larger encoder.",
                weak.group_by_seen(entities, train_forms),
            )
        )
        tables.append(
            Table(
                "by_frequency",
                "By how often train contains the surface form with this type",
                "If the scores rise with the frequency, the tagger remembers entities more than it understands their "
                "context: add more varied training text.",
                weak.by_frequency(entities, train_forms),
            )
        )
    if characters is not None:
        tables.append(
            Table(
                "by_unknown",
                "By characters that the encoder doesn't know",
                "If many such entities are wrong, use an encoder with a larger vocabulary.",
                weak.by_unknown_characters(entities, sentences, characters),
            )
        )
    return [*tables, *_source_tables(entities, sentences)]


def _source_tables(entities: pd.DataFrame, sentences: Sequence[Sentence]) -> list[Table]:
    """Scores by document and by file, if there are several."""
    frames = {
        "document": weak.by_source(entities, sentences, lambda sentence: sentence.document, "document"),
        "file": weak.by_source(entities, sentences, lambda sentence: sentence.path, "file"),
    }
    advice = "The lowest F1 comes first. Check whether the text has another style or other annotators."
    return [
        Table(f"by_{name}", f"By {name}", advice, frame, most=20) for name, frame in frames.items() if len(frame) > 1
    ]


def confidence_tables(evaluation: Evaluation) -> list[Table]:
    """How reliable the scores are, and precision and recall for different minimum scores."""
    if not evaluation.has_scores:
        return []
    return [
        Table(
            "reliability",
            "Reliability of the scores",
            "If the share of correct entities is below the mean score, the model is overconfident on this text.",
            reliability_table(evaluation.entity_scores).round(4),
            {"mean_score": ".1%", "correct": ".1%"},
        ),
        Table(
            "thresholds",
            "Entities above a minimum score",
            "Choose a minimum score on dev that gives the precision that you need. Set it when you tag (`min_score`).",
            threshold_table(evaluation.entity_scores, evaluation.scores.gold_chunks),
        ),
    ]


def training_tables(epochs: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Loss and dev scores of each epoch, from a training record."""
    return [
        Table(
            "epochs",
            "Epochs",
            "If dev F1 still rises in the last epoch, train longer. If it falls while the loss falls, the model "
            "overfits: add training data, or increase the dropout.",
            pd.DataFrame(epochs).rename(columns={"loss": "train_loss"}),
            {"epoch": ".0f", "train_loss": ".4f"},
        )
    ]
