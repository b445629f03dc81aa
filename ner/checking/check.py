"""Everything that is wrong or suspicious in a data set, by kind, and its figures."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.checking.data_tables import character_table, length_table, split_table, type_table
from ner.checking.duplicates import conflicting_labels, shared_sentences
from ner.checking.kinds import KINDS, Kind, Severity, kind_of
from ner.checking.odd_characters import odd_characters
from ner.checking.scheme_findings import different_schemes
from ner.checking.spans import (
    long_entities,
    odd_spans,
    overlapping_entities,
    scarce_types,
    train_without_outside,
    unlabelled_splits,
    unscorable_splits,
)
from ner.checking.split_names import add_file_names
from ner.checking.surfaces import inconsistent_labels
from ner.data.data_split import Split
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding


@dataclass(frozen=True)
class Group:
    """The findings of one kind, those that are most worth a look first."""

    kind: Kind
    findings: list[Finding]

    @cached_property
    def rules(self) -> list[list[Finding]]:
        """The findings with the same message together, the most frequent message first, otherwise in order."""
        alike: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            alike[finding.message].append(finding)
        return sorted(alike.values(), key=lambda findings: -len(findings))


@dataclass(frozen=True)
class Check:
    """What is to be said about a data set: errors first, then suspicions; `tables` are its figures by title.

    `notes` are sentences on how its files were read.
    """

    groups: list[Group]
    tables: dict[str, pd.DataFrame]
    notes: list[str] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """All findings, kind by kind."""
        return [finding for group in self.groups for finding in group.findings]

    def count(self, severity: Severity) -> int:
        """The number of findings of that severity."""
        return sum(len(group.findings) for group in self.groups if group.kind.severity == severity)


def check(splits: Mapping[str, Split], table: CharacterTable | None, window: int) -> Check:
    """Looks for all kinds of errors and suspicions in the splits of a data set, read as far as they can be read.

    `table` holds the characters that an encoder knows, None if it doesn't matter; `window` is how many characters it
    reads at once.
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
        [*_group(errors, "error"), *_group(suspicions, "suspicion")],
        {
            "splits": split_table(by_title, table, window),
            "entities by type": type_table(by_title),
            "lengths of entities": length_table(by_title),
            "% of characters": character_table(by_title),
        },
        [
            *(note for split in splits.values() for note in split.notes),
            # Nothing that a tagger could learn, such as a column with parts of speech.
            *(f"{loss}, left out" for loss in losses if loss.kind == FindingKind.FIELD_LEFT_OUT),
        ],
    )


def _group(findings: list[Finding], severity: Severity) -> list[Group]:
    """The findings by kind, in the order of `KINDS`, behind kinds that only one format has."""
    by_kind: defaultdict[FindingKind, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_kind[finding.kind].append(finding)
    order = {name: number for number, name in enumerate(KINDS)}
    return [Group(kind_of(name, severity), by_kind[name]) for name in sorted(by_kind, key=lambda n: order.get(n, -1))]
