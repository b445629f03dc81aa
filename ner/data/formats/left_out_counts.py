"""Counting what is left out of a file: for example one finding for all records with a field 'meta'."""

from collections.abc import Iterable

from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.quantities import counted


class Tally:
    """Counts records by what is left out of them. `unit` is the name of a record in messages."""

    def __init__(self, unit: str = "record") -> None:
        self._unit = unit
        self._found: dict[tuple[FindingKind, str], tuple[int, int]] = {}  # the first line and the count

    def add(self, line: int, kind: FindingKind, things: Iterable[str]) -> None:
        """Count the record at `line` once for each distinct thing, for example "field 'meta'"."""
        for thing in dict.fromkeys(things):
            first, count = self._found.get((kind, thing), (line, 0))
            self._found[kind, thing] = first, count + 1

    def findings(self, path: str) -> list[Finding]:
        """One finding for each thing, at the line of its first record."""
        return [
            Finding(path, first, kind, format_count(thing, count, self._unit))
            for (kind, thing), (first, count) in self._found.items()
        ]


def format_count(thing: str, count: int, unit: str) -> str:
    """A thing with its count: "field 'meta' in 1,234 records"."""
    return f"{thing} in {counted(count, unit)}"
