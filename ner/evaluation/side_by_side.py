"""A comparison of two taggers on the same sentences: their difference, and what the second fixed and broke."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import pandas as pd

from conlleval import TypeScores
from ner.data.entities import Entity
from ner.evaluation.bootstrap import SIGNIFICANT, paired_bootstrap_of_groups
from ner.evaluation.entity_errors import KINDS
from ner.evaluation.entity_tables import counts_by_type, frequent_types
from ner.evaluation.error_tables import ALL_TYPES
from ner.evaluation.evaluation_report import Report
from ner.evaluation.report_tables import Table
from ner.files import in_utf_8

Direction = Literal["fixed", "broken", "both"]
DIRECTIONS: tuple[Direction, ...] = ("fixed", "broken", "both")


class Wrong(NamedTuple):
    """A gold entity that was missed, or a predicted entity that was invented."""

    start: int
    end: int
    label: str
    fault: Literal["missed", "invented"]


@dataclass(frozen=True)
class Change:
    """A sentence that one of the two taggers reads better.

    An entity is fixed if only the first tagger missed or invented it, and broken if only the second did.

    Args:
        sentence: the index of the sentence.
        fixed: the entities that are fixed.
        broken: the entities that are broken.
    """

    sentence: int
    fixed: frozenset[Wrong]
    broken: frozenset[Wrong]

    @property
    def direction(self) -> Direction:
        """Whether entities are fixed, broken, or both."""
        if self.fixed and self.broken:
            return "both"
        return "fixed" if self.fixed else "broken"

    @property
    def types(self) -> set[str]:
        return {entity.label for entity in self.fixed | self.broken}


@dataclass(frozen=True)
class SideBySide:
    """Two reports on the same sentences. The first is called A, the second B.

    Raises:
        ValueError: the reports are on different sentences.
    """

    first: Report
    second: Report

    def __post_init__(self) -> None:
        prints = [report.background.split.fingerprint for report in (self.first, self.second)]
        if prints[0] != prints[1]:
            raise ValueError(
                f"expected two reports on the same sentences, got the fingerprints {prints[0][:8]} and {prints[1][:8]}"
            )

    @cached_property
    def types(self) -> list[str]:
        """The types that occur in A or B; of very many the most frequent of both."""
        return sorted({*frequent_types(self.first.evaluation), *frequent_types(self.second.evaluation)})

    @cached_property
    def changes(self) -> list[Change]:
        """The sentences that changed, those with the most fixed and broken entities first."""
        wrong = zip(_wrong(self.first), _wrong(self.second), strict=True)
        changes = [Change(i, first - second, second - first) for i, (first, second) in enumerate(wrong)]
        changed = [change for change in changes if change.types]
        return sorted(changed, key=lambda change: -len(change.fixed | change.broken))

    @cached_property
    def differences(self) -> pd.DataFrame:
        """A row for all types and a row for each type: F1 of A and B, B minus A with its 95% interval, and p."""
        groups = [ALL_TYPES, *self.types]
        both = [report.evaluation for report in (self.first, self.second)]
        counts = [counts_by_type(evaluation, self.types) for evaluation in both]
        found = paired_bootstrap_of_groups(*counts)
        f1s = [[_f1(*map(int, sums)) for sums in count.sum(axis=1)] for count in counts]
        rows = [
            {"type": name, "A": a, "B": b, **asdict(row)} for name, a, b, row in zip(groups, *f1s, found, strict=True)
        ]
        return pd.DataFrame(rows).round({"A": 2, "B": 2, "difference": 2, "low": 2, "high": 2, "p": 4})

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of the comparison."""
        return [
            Table(
                "differences",
                "Difference of F1 by type",
                "B minus A in points, with its 95% interval. p is the probability of a difference at least as large if "
                "A and B are equally good (paired bootstrap over sentences). If twenty rows have no real difference, "
                "one of them has p below 0.05 on average.",
                self.differences,
                {"p": ".4f", "difference": "+.2f", "low": "+.2f", "high": "+.2f"},
            ),
            Table(
                "changed",
                "What B fixed and broke",
                "Entities that only A (fixed) or only B (broken) missed or invented. A wrong type counts as one missed "
                "and one invented entity.",
                self._change_table(),
            ),
            Table("error_kinds", "Errors by kind", "The errors of A and B in all sentences.", self._kinds()),
        ]

    @property
    def verdict(self) -> str:
        """One sentence: which tagger is better, and whether the difference is significant."""
        row = self.differences.iloc[0]
        span = f"{row['difference']:+.2f} points of F1, 95% interval {row['low']:+.2f} to {row['high']:+.2f}"
        if row["p"] < SIGNIFICANT:
            better = "better" if row["difference"] > 0 else "worse"
            return f"B is significantly {better} than A: {span}, p = {row['p']:.4f}"
        return f"The difference between A and B is not significant on these sentences: {span}, p = {row['p']:.4f}"

    @property
    def notes(self) -> list[str]:
        """The notes of both reports, each once. Each begins with the reports that it is from."""
        first, second = self.first.notes, self.second.notes
        whose = {(True, True): "A and B", (True, False): "A", (False, True): "B"}
        return [f"{whose[note in first, note in second]}: {note}" for note in dict.fromkeys([*first, *second])]

    def to_dict(self) -> dict[str, Any]:
        """All numbers, ready for JSON."""
        return {
            "A": self.first.background.predicted_by,
            "B": self.second.background.predicted_by,
            "data": self.first.to_dict()["data"],
            "sentences_changed": Counter(change.direction for change in self.changes),
            "notes": self.notes,
            "tables": {table.name: table.frame.to_dict("records") for table in self.tables},
        }

    def change_list(self) -> pd.DataFrame:
        """A row for each sentence that changed: its place, direction, fixed and broken entities, and text."""
        sentences = self.first.evaluation.sentences
        rows = [
            (
                in_utf_8(sentences[change.sentence].path),
                sentences[change.sentence].line,
                change.direction,
                _list_entities(change.fixed, sentences[change.sentence].text),
                _list_entities(change.broken, sentences[change.sentence].text),
                sentences[change.sentence].text,
            )
            for change in self.changes
        ]
        return pd.DataFrame(rows, columns=["path", "line", "direction", "fixed", "broken", "text"])

    def _change_table(self) -> pd.DataFrame:
        fixed = Counter(entity.label for change in self.changes for entity in change.fixed)
        broken = Counter(entity.label for change in self.changes for entity in change.broken)
        rows = [(name, fixed[name], broken[name], fixed[name] - broken[name]) for name in self.types]
        total = (ALL_TYPES, fixed.total(), broken.total(), fixed.total() - broken.total())
        return pd.DataFrame([total, *rows], columns=["type", "fixed", "broken", "balance"])

    def _kinds(self) -> pd.DataFrame:
        first, second = (Counter(error.kind for error in report.errors) for report in (self.first, self.second))
        rows = [(kind, first[kind], second[kind], second[kind] - first[kind]) for kind in KINDS]
        return pd.DataFrame(rows, columns=["kind", "A", "B", "difference"])


def _wrong(report: Report) -> Iterator[frozenset[Wrong]]:
    """The missed and invented entities of each sentence."""
    for gold, predicted in zip(report.evaluation.flat_gold, report.evaluation.entities, strict=True):
        wanted, found = _spans(gold), _spans(predicted)
        missed = {Wrong(*span, "missed") for span in wanted - found}
        yield frozenset(missed | {Wrong(*span, "invented") for span in found - wanted})


def _f1(gold: int, predicted: int, correct: int) -> float:
    return TypeScores(gold_chunks=gold, predicted_chunks=predicted, correct_chunks=correct).f1


def _spans(entities: Sequence[Entity]) -> set[tuple[int, int, str]]:
    return {(entity.start, entity.end, entity.label) for entity in entities}


def _list_entities(entities: Iterable[Wrong], text: str) -> str:
    return "; ".join(
        f"{text[start:end]} {label} {start}-{end} ({fault})" for start, end, label, fault in sorted(entities)
    )
