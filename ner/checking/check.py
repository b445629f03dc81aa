"""Checking a data set: errors and suspicions by kind, and tables of statistics."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.checking.advice import KINDS, Kind, Severity, kind_of
from ner.checking.data_tables import character_table, length_table, split_table, type_table
from ner.checking.duplicates import conflicting_labels, shared_sentences
from ner.checking.inconsistent_labels import inconsistent_labels
from ner.checking.odd_characters import odd_characters
from ner.checking.odd_entities import (
    long_entities,
    odd_spans,
    overlapping_entities,
    scarce_types,
    train_without_outside,
    types_with_one_name,
    unlabelled_splits,
    unscorable_splits,
)
from ner.checking.scheme_findings import different_schemes
from ner.checking.split_names import add_file_names
from ner.data.data_split import Split
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.output_paths import check_new, refuse_file
from ner.pages.frame_html import render_frame
from ner.quantities import counted

if TYPE_CHECKING:
    from ner.checking.repair import Repaired


@dataclass(frozen=True)
class Group:
    """The findings of one kind, the most important first."""

    kind: Kind
    findings: list[Finding]

    @cached_property
    def rules(self) -> list[list[Finding]]:
        """The findings grouped by message, the most frequent message first."""
        alike: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            alike[finding.message].append(finding)
        return sorted(alike.values(), key=lambda findings: -len(findings))


@dataclass(frozen=True)
class Check:
    """The result of a check.

    >>> from ner import check_corpus
    >>> check = check_corpus("data_demo")
    >>> check.tables["entities by type"].index.tolist()
    ['LOC', 'ORG', 'PER']

    Args:
        groups: the findings by kind, errors first, then suspicions.
        tables: statistics of the data set, by title.
        notes: sentences about how the files were read.
        splits: the splits that were checked, by name.
    """

    groups: list[Group]
    tables: dict[str, pd.DataFrame]
    notes: list[str] = field(default_factory=list)
    splits: Mapping[str, Split] = field(default_factory=dict, repr=False)

    @property
    def findings(self) -> list[Finding]:
        """All findings, kind by kind."""
        return [finding for group in self.groups for finding in group.findings]

    @property
    def is_readable(self) -> bool:
        """Whether all lines of the files could be read."""
        return not any(split.faults for split in self.splits.values())

    def write_report(self, folder: str | Path) -> None:
        """Write `check.html` and `check.json` into `folder`.

        Raises:
            InputError: the folder holds other files, or the data.
            OSError: the folder can't be written.
        """
        from ner.checking.check_report import check_report_folder, write_report

        check_report_folder(Path(folder), "folder", [Path(split.path) for split in self.splits.values()])
        write_report(self, Path(folder))

    def write_repaired(self, folder: str | Path) -> "Repaired":
        """Write a repaired copy of the data, and a list of the changes (`changes.txt`), into a new folder.

        Returns:
            The files, and the numbers of changes and of sentences that are left out.

        Raises:
            InputError: the folder exists, or no sentence is left.
            OSError: the folder can't be written.
        """
        from ner.checking.repair import write_repaired

        refuse_file(Path(folder), "folder")
        check_new(Path(folder), "folder", [Path(split.path) for split in self.splits.values()])
        return write_repaired(self.splits.values(), Path(folder))

    def _repr_html_(self) -> str:
        """The findings as a table for notebooks."""
        rows = [
            (group.kind.severity, group.kind.name, one.place, one.message)
            for group in self.groups
            for one in group.findings
        ]
        frame = pd.DataFrame(rows, columns=["severity", "kind", "place", "finding"])
        return render_frame(
            frame, f"{counted(self.count('error'), 'error')}, {counted(self.count('suspicion'), 'suspicion')}"
        )

    def count(self, severity: Severity) -> int:
        """The number of findings of that severity."""
        return sum(len(group.findings) for group in self.groups if group.kind.severity == severity)


def check(splits: Mapping[str, Split], table: CharacterTable | None, window: int) -> Check:
    """Find all errors and suspicions in a data set.

    Args:
        splits: the splits by name, as `examine_splits` reads them.
        table: the characters that the encoder knows; None to leave out the number of unknown ones.
        window: the number of characters that the encoder reads at once.
    """
    sentences = [sentence for split in splits.values() for sentence in split.sentences]
    errors = [
        finding
        for split in splits.values()
        for finding in (*split.faults, *split.repairs, *split.oddities, *odd_characters(split.sentences))
    ]
    errors += [*different_schemes(splits), *unlabelled_splits(splits), *unscorable_splits(splits)]
    losses = [loss for split in splits.values() for loss in split.losses]
    suspicions = [
        *types_with_one_name(splits),
        *(loss for loss in losses if loss.kind != FindingKind.FIELD_LEFT_OUT),
        *shared_sentences(splits),
        *conflicting_labels(sentences),
        *inconsistent_labels(sentences),
        *odd_spans(sentences),
        *long_entities(sentences),
        *overlapping_entities(sentences),
        *train_without_outside(splits),
        *scarce_types(splits),
    ]
    by_title = add_file_names(splits)
    return Check(
        [*group_findings(errors, "error"), *group_findings(suspicions, "suspicion")],
        {
            "splits": split_table(by_title, table, window),
            "entities by type": type_table(by_title),
            "lengths of entities": length_table(by_title),
            "% of characters": character_table(by_title),
        },
        [
            *(note for split in splits.values() for note in split.notes),
            # A tagger can't learn from such fields, for example from a column with parts of speech.
            *(f"{loss}, left out" for loss in losses if loss.kind == FindingKind.FIELD_LEFT_OUT),
        ],
        splits,
    )


def group_findings(findings: list[Finding], severity: Severity) -> list[Group]:
    """The findings by kind: first kinds that only one format has, then in the order of `KINDS`."""
    by_kind: defaultdict[FindingKind, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_kind[finding.kind].append(finding)
    order = {name: number for number, name in enumerate(KINDS)}
    return [Group(kind_of(name, severity), by_kind[name]) for name in sorted(by_kind, key=lambda n: order.get(n, -1))]
