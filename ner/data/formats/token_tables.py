"""Tables with one row per token: the names of their columns, and reading and writing their rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.left_out_counts import format_count
from ner.data.formats.rows import Problem, Rows, likely_tag, unknown_tag
from ner.data.formats.substitutes import find_merged_entities, flat_entities
from ner.data.schemes import Scheme, entities_to_tags, is_tag

SENTENCE = ("sentence", "sentence_id", "sent_id", "sentence #")
TOKEN = ("token", "word", "char", "character", "text")
TAG = ("ner_tag", "ner", "tag", "label")
DOCUMENT = ("document", "doc_id")
_SHOWN = 100


def find_column(header: Sequence[str], names: Iterable[str]) -> int:
    """The index of the column with the first of `names`, in upper or lower case; -1 if there is none."""
    lowered = [name.strip().lower() for name in header]
    return next((lowered.index(name) for name in names if name in lowered), -1)


def missing_columns(header: Sequence[str]) -> str:
    """The columns that a header needs and doesn't have, as a message; "" if it has all."""
    missing = [names for names in (SENTENCE, TOKEN, TAG) if find_column(header, names) < 0]
    if not missing:
        return ""
    columns = ", ".join(header)
    found = columns if len(columns) <= _SHOWN else f"{columns[:_SHOWN]}..."
    return f"has the columns {found}; expected a header with {', '.join(map(join_names, missing))}"


def join_names(names: Sequence[str]) -> str:
    """The names that a column may have, for a message."""
    return f"{names[0]} ({', '.join(names[1:])})"


def find_unused_columns(path: str, line: int, counts: Mapping[str, int]) -> list[Finding]:
    """A finding for each column that is not read. `counts` are the numbers of rows with a value, by column."""
    return [
        Finding(path, line, FindingKind.FIELD_LEFT_OUT, format_count(f"column {name!r}", count, "row"))
        for name, count in counts.items()
        if count
    ]


class TableRows:
    """Collects the rows of a table, sentence by sentence."""

    def __init__(self) -> None:
        self._tokens: list[str] = []
        self._tags: list[str | None] = []
        self._lines: list[int] = []
        self._faults: list[Problem] = []
        self._documents: dict[int, str] = {}
        self._current: tuple[str, str] | None = None

    def begin(self, line: int, document: str) -> None:
        """Start a sentence."""
        self._documents[len(self._tags)] = document
        self._append(line, "", None)

    def enter(self, line: int, sentence: str, document: str) -> None:
        """Start a sentence if the cell of the sentence or document is neither empty nor the same as before.

        So the number of a sentence may be in all its rows, or only in the first.
        """
        cells = sentence, document
        if self._current is None or any(new and new != old for new, old in zip(cells, self._current, strict=True)):
            self._current = cells
            self.begin(line, document)

    def add(self, line: int, token: str, tag: str) -> None:
        """Add a token to the sentence."""
        if not token:
            self.fault(line, "the token is empty")
        elif is_tag(tag):
            self._append(line, token, tag)
        else:
            problem = unknown_tag(tag, len(self._tags))
            self._faults.append(problem)
            self._append(line, token if problem.mended else "", likely_tag(tag))

    def fault(self, line: int, message: str) -> None:
        """Add a row that can't be read to the sentence."""
        self._faults.append(Problem(len(self._tags), FindingKind.MALFORMED_ROW, message))
        self._append(line, "", "")

    def rows(self) -> Rows:
        """All rows that were added."""
        return Rows(
            [*self._tokens, ""], [*self._tags, None], [*self._lines, 0], self._faults, documents=self._documents
        )

    def _append(self, line: int, token: str, tag: str | None) -> None:
        self._tokens.append(token)
        self._tags.append(tag)
        self._lines.append(line)


def tags_of(sentence: Sentence, labels: Mapping[str, str], scheme: Scheme, losses: list[Finding]) -> list[str]:
    """A tag for each character, with the types renamed by `labels`. What tags can't store is added to `losses`."""
    entities = [replace(entity, label=labels[entity.label]) for entity in flat_entities(sentence, losses)]
    find_merged_entities(sentence, entities, scheme, losses)
    return entities_to_tags(entities, len(sentence.text), scheme, sentence.unknown)
