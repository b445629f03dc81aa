"""What is left out of a file, counted by what it is: one finding for all records with a field 'meta', say."""

from collections.abc import Iterable

from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding


class Tally:
    """Counts the records of a file that something is to be said about; `unit` is what the file calls a record."""

    def __init__(self, unit: str = "record") -> None:
        self._unit = unit
        self._found: dict[tuple[FindingKind, str], tuple[int, int]] = {}  # the first line and the count

    def add(self, line: int, kind: FindingKind, things: Iterable[str]) -> None:
        """Count the record that begins at `line` once for each distinct thing, such as "field 'meta'"."""
        for thing in dict.fromkeys(things):
            first, count = self._found.get((kind, thing), (line, 0))
            self._found[kind, thing] = first, count + 1

    def findings(self, path: str) -> list[Finding]:
        """One finding for each thing, with the line of its first record."""
        return [
            Finding(path, first, kind, format_count(thing, count, self._unit))
            for (kind, thing), (first, count) in self._found.items()
        ]


def format_count(thing: str, count: int, unit: str) -> str:
    """A thing and where it stands: "field 'meta' in 1,234 records"."""
    return f"{thing} in {count:,} {unit}{'s' * (count != 1)}"
