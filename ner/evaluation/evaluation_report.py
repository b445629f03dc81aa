"""The content of a report: its tables and notes, computed once for all output formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.data.data_split import Split
from ner.data.unknown_spans import known_pieces
from ner.evaluation import report_tables
from ner.evaluation.bootstrap import f1_interval
from ner.evaluation.entity_errors import EntityError, find_errors
from ner.evaluation.entity_tables import MOST_TYPES, entity_table, to_records
from ner.evaluation.error_tables import TrainForms, doubtful_gold, least_certain_first, train_forms
from ner.evaluation.partial_credit import partial_credit_table
from ner.evaluation.report_tables import Table
from ner.evaluation.train_split import take_trained_part
from ner.evaluation.weaknesses import UNSEEN, group_by_seen

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

FEWEST_SENTENCES = 10
"""The fewest sentences for a bootstrap interval."""
_RECORD_FACTS = ("minutes", "parameters", "temperature", "machine", "versions", "settings")


@dataclass(frozen=True)
class Background:
    """Facts about the data and the model that a report needs besides the predictions.

    Args:
        split: the data that was tagged.
        predicted_by: the model or the file that the predictions are from.
        record: the training record of the model.
        characters: the characters that its encoder knows.
        train: the training data; None if it is not available.
        no_train: why it is not available; "" to leave out the note.
        types: the types that the model knows. Their order determines their colours.
    """

    split: Split
    predicted_by: str
    record: Mapping[str, Any] | None = None
    characters: CharacterTable | None = None
    train: Split | None = None
    no_train: str = ""
    types: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """An evaluation, its background, and all tables and notes that follow from them."""

    evaluation: Evaluation
    background: Background

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of F1 in percent, low and high; None if there are too few sentences."""
        return f1_interval(self.evaluation.counts) if len(self.evaluation.sentences) >= FEWEST_SENTENCES else None

    @cached_property
    def entities(self) -> pd.DataFrame:
        """All gold and predicted entities, as from `entity_table`."""
        return entity_table(self.evaluation)

    @cached_property
    def errors(self) -> list[EntityError]:
        """All wrong entities, the least certain first."""
        return least_certain_first(find_errors(self.evaluation))

    @cached_property
    def doubtful_gold(self) -> list[EntityError]:
        """The errors with a high score, where gold may be wrong; the most certain first."""
        return doubtful_gold(self.errors)

    @cached_property
    def train_forms(self) -> TrainForms | None:
        """The surface forms of the training data; None if it is not available."""
        return None if self.background.train is None else train_forms(self.background.train.sentences)

    @cached_property
    def unseen(self) -> dict[str, Any] | None:
        """The scores of the entities whose surface form is no entity in train: a row of the table `by_seen`.

        None if train is not available, or if gold has no such entity.
        """
        if self.train_forms is None or self.entities.empty:
            return None
        rows = to_records(group_by_seen(self.entities, self.train_forms))
        return next((row for row in rows if row["seen in train"] == UNSEEN and row["gold"]), None)

    @cached_property
    def train_text(self) -> str:
        """All annotated text of the training data, "" if it is not available. It shows what else train contains."""
        train = self.background.train
        # No text contains NUL, so a surface form is never found across two texts.
        return "\0".join(piece for sentence in (train.sentences if train else ()) for piece in known_pieces(sentence))

    @cached_property
    def tables(self) -> dict[str, list[Table]]:
        """The tables of each section, by the heading of the section. Empty tables and sections are left out."""
        train, record = self.background.train, self.background.record or {}
        found = {
            "Scores": report_tables.score_tables(self.evaluation, self._partial_credit, train.types if train else None),
            "Errors": report_tables.error_tables(self.evaluation, self.entities, self.errors),
            "Weak spots": report_tables.weakness_tables(
                self.evaluation, self.entities, self.train_forms, self.background.characters
            ),
            "Confidence": report_tables.confidence_tables(self.evaluation),
            "Training": report_tables.training_tables(record.get("epochs", [])),
        }
        kept = {title: [table for table in tables if len(table.frame)] for title, tables in found.items()}
        return {title: tables for title, tables in kept.items() if tables}

    @property
    def all_tables(self) -> Iterator[Table]:
        """All tables, in order."""
        return chain.from_iterable(self.tables.values())

    @cached_property
    def notes(self) -> list[str]:
        """Which entities don't count, which tables are missing, and why."""
        evaluation, background = self.evaluation, self.background
        notes = []
        if evaluation.overlapping:
            notes.append(
                f"{evaluation.overlapping:,} gold entities overlap longer entities. The model can't predict both, so "
                "the shorter ones are left out."
            )
        if evaluation.unknown_types:
            notes.append(
                f"{evaluation.unknown_types:,} gold entities have a type that the model doesn't know. They count as "
                "missed."
            )
        if (more := len(evaluation.scores.types) - MOST_TYPES) > 0:
            notes.append(
                f"Of {more + MOST_TYPES:,} types the {MOST_TYPES} most frequent are shown where types are told apart "
                f"or chosen, and {more:,} are left out; all are in types.csv."
            )
        if self.warning:
            notes.append(self.warning)
        trained_on = self._trained_on
        if trained_on and background.train and trained_on != background.train.fingerprint:
            notes.append(
                f"The tables by occurrence in train use {background.train.path}. It differs from the data that the "
                "model was trained on: dev may have been split off, or the file has changed."
            )
        if background.no_train:
            notes.append(f"No table by what was seen in train: {background.no_train}.")
        if self._partial_credit is None:
            notes.append("No table with partial credit: nervaluate is not installed. It needs Python 3.11 or newer.")
        if not evaluation.has_scores:
            notes.append("No confidence tables and no doubtful gold: the predictions have no scores.")
        return notes

    @cached_property
    def warning(self) -> str:
        """That the model was trained on these sentences, or on most of them; "" if it is not known to be so."""
        split, train = self.background.split, self.background.train
        part = take_trained_part(split, self.background.record)
        if self._trained_on is None:
            return ""
        if part.fingerprint == self._trained_on:
            seen = len(part.sentences)
        elif train and train.fingerprint == self._trained_on:
            texts = {sentence.text for sentence in train.sentences}
            seen = sum(sentence.text in texts for sentence in split.sentences)
        else:
            return ""
        if seen * 2 <= len(split.sentences):
            return ""
        if seen == len(split.sentences):
            return "The model was trained on these sentences. The scores don't show how it works on other text."
        return (
            f"The model was trained on {seen:,} of these sentences. The scores don't show how it works on other text."
        )

    @property
    def _trained_on(self) -> str | None:
        """The fingerprint of the training data of the model; None if it has no record."""
        fingerprint: str | None = (self.background.record or {}).get("data", {}).get("train", {}).get("fingerprint")
        return fingerprint

    def to_dict(self) -> dict[str, Any]:
        """All numbers, ready for JSON."""
        background = self.background
        record = background.record
        return {
            **self.evaluation.to_dict(),
            "f1_interval": self.interval and [round(end, 2) for end in self.interval],
            "unseen_in_train": self.unseen,
            "data": {"path": background.split.path, "fingerprint": background.split.fingerprint},
            "predicted_by": background.predicted_by,
            "training": record and {name: record[name] for name in ("data", *_RECORD_FACTS) if name in record},
            "doubtful_gold": len(self.doubtful_gold),
            "notes": self.notes,
            "tables": {table.name: to_records(table.frame) for table in self.all_tables},
        }

    @cached_property
    def _partial_credit(self) -> pd.DataFrame | None:
        return partial_credit_table(self.evaluation)
