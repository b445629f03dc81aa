"""Tasks from the texts of files, with the entities that the files already have."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ner.annotating.tasks import PROPOSED, Task
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.formats.json_records import DOCUMENT_KEYS
from ner.data.unknown_spans import join_spans
from ner.errors import InputError, raise_faults
from ner.records.record import Record

MOST_TEXTS = 100_000
MOST_CHARACTERS = 20_000
"""A browser still shows a text of so many characters at once."""


def read_tasks(records: Iterable[Record]) -> list[Task]:
    """Make a task of each record that has a text.

    If a record has entities, they are proposed. If it has unknown parts (`"unknown": [[5, 9]]`), only those are asked,
    and the rest keeps the labels of the file.

    Raises:
        InputError: a text is too long, there are too many or none, or entities don't fit their text. The message has
            all places.
    """
    tasks: list[Task] = []
    faults: list[str] = []
    for record in records:
        if not record.text.strip():
            continue
        try:
            tasks.append(_task(record))
        except InputError as error:
            faults.append(f"{record.file}:{record.line}: {error}")
        if len(tasks) > MOST_TEXTS:
            raise InputError(f"there are more than {MOST_TEXTS:,} texts: choose some of them first")
    raise_faults(faults)
    if not tasks:
        raise InputError("there is no text to label")
    return tasks


def _task(record: Record) -> Task:
    if len(record.text) > MOST_CHARACTERS:
        raise InputError(f"the text has {len(record.text):,} characters, more than {MOST_CHARACTERS:,}: cut it")
    document = str(next((record.fields[key] for key in DOCUMENT_KEYS if record.fields.get(key)), ""))
    given = record.fields.get("entities")
    if not record.entities and not isinstance(given, list):
        return Task(record.text, document)
    scored = record.entities or [*_entities(record.text, given or [])]
    asked = _parts(record.fields.get("unknown"))
    Split.from_sentences([Sentence(record.text, tuple(scored), unknown=asked)])  # checks that all fits the text
    reading = {PROPOSED: tuple(drop_overlaps(scored))}
    return Task(record.text, document, reading, asked or None, rest_is_known=bool(asked))


def _entities(text: str, given: list[Any]) -> Iterator[Entity]:
    for one, entity in zip(given, Sentence(text, given).entities, strict=True):
        score: Any = one.get("score") if isinstance(one, dict) else None
        if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= 1:
            score = None
        yield replace(entity, score=score)


def _parts(given: Any) -> tuple[tuple[int, int], ...]:
    try:
        return join_spans(sorted((start, end) for start, end in given or ()))
    except (TypeError, ValueError):
        raise InputError(f"expected `unknown` to have parts such as [5, 9], got {given!r:.60}") from None
