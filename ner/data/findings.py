"""What is to be said about a place in a data set: a fault, a repair, something that was left out, a suspicion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ner.data.finding_kinds import FindingKind


@dataclass(frozen=True, slots=True)
class Finding:
    """A message about a line of a file (from 1; 0 for the file as a whole).

    `kind` groups findings of one sort, such as "unknown tag"; it reads well in front of a count. `mended` says how
    a fault was read all the same; where it is empty, the sentence is left out by whoever reads on.
    """

    path: str
    line: int
    kind: FindingKind
    message: str
    mended: str = ""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def list_findings(findings: Sequence[Finding], most: int) -> Iterator[str]:
    """The lines of a list for a terminal: for each kind its count and the first findings, `most` at most."""
    kinds: dict[FindingKind, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    for kind, alike in kinds.items():
        yield f"{kind}: {len(alike):,}"
        yield from (f"  {finding}" for finding in alike[:most])
        if len(alike) > most:
            yield f"  ... and {len(alike) - most:,} more"
