"""Several systems on the same sentences: their scores, and tests of each against the first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, product
from string import ascii_uppercase
from typing import Any

import numpy as np
import pandas as pd

from ner.data.data_split import Split
from ner.errors import InputError
from ner.evaluation.bootstrap import f1_intervals
from ner.evaluation.entity_tables import sentence_table, to_records
from ner.evaluation.evaluation_report import Report
from ner.evaluation.score_table import ScoreTable
from ner.evaluation.scores import Evaluation
from ner.evaluation.side_by_side import SideBySide
from ner.evaluation.significance import Found, compare_with_first


@dataclass(frozen=True)
class SystemReports:
    """Reports on several systems, all on the same sentences. The first is the baseline.

    Args:
        reports: the report of each system, by its name.

    Raises:
        InputError: there are no two systems, or their sentences or gold entities differ.
    """

    reports: Mapping[str, Report]

    def __post_init__(self) -> None:
        if len(self.reports) < 2:
            raise InputError(f"expected two or more systems to compare, got {len(self.reports)}")
        first, *others = self.reports
        prints = {name: report.background.split.fingerprint for name, report in self.reports.items()}
        for name in others:
            if prints[name] != prints[first]:
                raise InputError(
                    f"{first} and {name} have different sentences or different gold entities: scores can only be "
                    "compared on the same ones"
                )

    @cached_property
    def table(self) -> ScoreTable:
        """The table of scores."""
        return compare_systems({name: report.evaluation for name, report in self.reports.items()})

    @property
    def sides(self) -> dict[str, Report]:
        """The report of each system by a short name: A, B and so on."""
        return dict(zip(side_names(), self.reports.values(), strict=False))

    @cached_property
    def both(self) -> SideBySide | None:
        """The two systems side by side; None if there are more."""
        return SideBySide(*self.reports.values()) if len(self.reports) == 2 else None

    @property
    def split(self) -> Split:
        """The sentences."""
        return next(iter(self.reports.values())).background.split

    @property
    def notes(self) -> list[str]:
        """The notes of all reports, each once. Each begins with the systems that it is about."""
        noted: dict[str, list[str]] = {}
        for side, report in self.sides.items():
            for note in report.notes:
                noted.setdefault(note, []).append(side)
        return [f"{', '.join(sides)}: {note}" for note, sides in noted.items()]

    def sentence_table(self) -> pd.DataFrame:
        """A row for each sentence: its gold entities, and those that each system predicted, and of them the correct."""
        counts = {side: sentence_table(report.evaluation) for side, report in self.sides.items()}
        predicted = [table.drop(columns="gold").add_prefix(f"{side} ") for side, table in counts.items()]
        return pd.concat([counts["A"][["gold"]], *predicted], axis=1)

    def to_dict(self) -> dict[str, Any]:
        """The table and the scores of each system, ready for JSON."""
        table = {"table": to_records(self.table.frame), "explanation": self.table.explanation}
        if self.both:
            return self.both.to_dict() | table
        return table | {
            "data": {"path": self.split.path, "fingerprint": self.split.fingerprint},
            "notes": self.notes,
            "systems": {name: report.evaluation.to_dict() for name, report in self.reports.items()},
        }


def side_names() -> Iterator[str]:
    """A to Z, then AA to ZZ, and so on."""
    return ("".join(letters) for length in count(1) for letters in product(ascii_uppercase, repeat=length))


def compare_systems(evaluations: Mapping[str, Evaluation]) -> ScoreTable:
    """Compare evaluations of several systems on the same sentences with the first of them.

    >>> from ner import Sentence, Tagger
    >>> sentences = [Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)]
    >>> result = Tagger.load().evaluate(sentences)
    >>> compare_systems({"mine": result, "same": result}).frame["p"].tolist()[1]
    1.0

    Args:
        evaluations: the evaluation of each system, by its name. The first is the baseline.

    Raises:
        InputError: there are no two evaluations, or their gold entities differ.
    """
    first = next(iter(evaluations.values()), None)
    if first is None or len(evaluations) < 2:
        raise InputError(f"expected `evaluations` to have two systems or more, got {len(evaluations)}")
    for name, evaluation in evaluations.items():
        if evaluation.gold != first.gold:
            raise InputError(f"expected `evaluations` to have the same gold entities, got others for {name}")
    counts = np.stack([evaluation.counts for evaluation in evaluations.values()])[:, np.newaxis]
    low, high = zip(*f1_intervals(counts), strict=True)
    rows = [
        {"system": name, "precision": one.precision, "recall": one.recall, "f1": one.f1}
        for name, one in evaluations.items()
    ]
    frame = pd.DataFrame(rows).assign(f1_low=low, f1_high=high)
    found = np.stack([_found(evaluation) for evaluation in evaluations.values()])
    tests = compare_with_first(counts, found)
    return ScoreTable(frame.join(tests.set_index(pd.RangeIndex(1, len(frame)))), ["system"])


def _found(evaluation: Evaluation) -> Found:
    """Whether each gold entity was found with its boundaries and its type, in order."""
    hits = []
    for gold, predicted in zip(evaluation.flat_gold, evaluation.entities, strict=True):
        spans = {(entity.start, entity.end, entity.label) for entity in predicted}
        hits += [(entity.start, entity.end, entity.label) in spans for entity in gold]
    return np.array(hits, dtype=np.bool_)
