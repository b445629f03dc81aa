"""Tables with a row a token: the names of their columns, and the way from their cells to rows of tokens and tags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.rows import Problem, Rows, likely_tag, unknown_tag
from ner.data.formats.substitutes import find_merged_entities, flat_entities
from ner.data.formats.tally import format_count
from ner.data.schemes import Scheme, entities_to_tags, is_tag

SENTENCE = ("sentence", "sentence_id", "sent_id", "sentence #")
TOKEN = ("token", "word", "char", "character", "text")
TAG = ("ner_tag", "ner", "tag", "label")
DOCUMENT = ("document", "doc_id")
_SHOWN = 100


def find_column(header: Sequence[str], names: Iterable[str]) -> int:
    """The index of the column that has the first of `names` that there is, in upper or lower case; -1 if none has."""
    lowered = [name.strip().lower() for name in header]
    return next((lowered.index(name) for name in names if name in lowered), -1)


def missing_columns(header: Sequence[str]) -> str:
    """What a header lacks for a table with a row a token; "" if nothing."""
    missing = [names for names in (SENTENCE, TOKEN, TAG) if find_column(header, names) < 0]
    if not missing:
        return ""
    columns = ", ".join(header)
    found = columns if len(columns) <= _SHOWN else f"{columns[:_SHOWN]}..."
    return f"has the columns {found}; expected a header with {', '.join(map(join_names, missing))}"


def join_names(names: Sequence[str]) -> str:
    """The names that a column may have, as a message shows them."""
    return f"{names[0]} ({', '.join(names[1:])})"


def find_unused_columns(path: str, line: int, counts: Mapping[str, int]) -> list[Finding]:
    """A finding for each column that is not read, by its name and the number of rows in which it says something."""
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
        """Begins a sentence."""
        self._documents[len(self._tags)] = document
        self._append(line, "", None)

    def enter(self, line: int, sentence: str, document: str) -> None:
        """Begins a sentence if its cell, or that of its document, is neither empty nor that of the open sentence.

        So the number of a sentence may stand in all its rows, or in the first alone.
        """
        cells = sentence, document
        if self._current is None or any(new and new != old for new, old in zip(cells, self._current, strict=True)):
            self._current = cells
            self.begin(line, document)

    def add(self, line: int, token: str, tag: str) -> None:
        """Adds a token to the open sentence."""
        if not token:
            self.fault(line, "the token is empty")
        elif is_tag(tag):
            self._append(line, token, tag)
        else:
            problem = unknown_tag(tag, len(self._tags))
            self._faults.append(problem)
            self._append(line, token if problem.mended else "", likely_tag(tag))

    def fault(self, line: int, message: str) -> None:
        """Adds a row that can't be read to the open sentence."""
        self._faults.append(Problem(len(self._tags), FindingKind.MALFORMED_ROW, message))
        self._append(line, "", "")

    def rows(self) -> Rows:
        """All that was added."""
        return Rows(
            [*self._tokens, ""], [*self._tags, None], [*self._lines, 0], self._faults, documents=self._documents
        )

    def _append(self, line: int, token: str, tag: str | None) -> None:
        self._tokens.append(token)
        self._tags.append(tag)
        self._lines.append(line)


def tags_of(sentence: Sentence, labels: Mapping[str, str], scheme: Scheme, losses: list[Finding]) -> list[str]:
    """A tag for each character, with `labels` for the entities' own; what tags can't hold is added to `losses`."""
    entities = [replace(entity, label=labels[entity.label]) for entity in flat_entities(sentence, losses)]
    find_merged_entities(sentence, entities, scheme, losses)
    return entities_to_tags(entities, len(sentence.text), scheme, sentence.unknown)
