"""Messages about places in a data set: faults, repairs, information that was left out, suspicions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ner.data.finding_kinds import FindingKind


@dataclass(frozen=True, slots=True)
class Finding:
    """A message about one line of a file.

    Args:
        path: the file.
        line: from 1; 0 for the whole file.
        kind: the kind of finding, for example "unknown tag".
        message: what was expected and what was found.
        mended: how a faulty line was read in spite of the fault; "" if its sentence is left out.
    """

    path: str
    line: int
    kind: FindingKind
    message: str
    mended: str = ""

    @property
    def place(self) -> str:
        """The file and the line, as in `train.txt:118`."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def list_findings(findings: Sequence[Finding], most: int) -> Iterator[str]:
    """List findings for a terminal: each kind with its count and its first findings.

    Args:
        findings: in any order.
        most: the maximum number of findings to list per kind.

    Yields:
        The lines of the list.
    """
    kinds: dict[FindingKind, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    for kind, alike in kinds.items():
        yield f"{kind}: {len(alike):,}"
        yield from (f"  {finding}" for finding in alike[:most])
        if len(alike) > most:
            yield f"  ... and {len(alike) - most:,} more"
