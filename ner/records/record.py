"""Records: texts with their places, which are read and written one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ner.data.entities import Entity
from ner.errors import InputError


@dataclass(frozen=True, slots=True)
class Record:
    """One text.

    Args:
        file: the file of the text.
        line: the line where the text starts, or its row, from 1.
        text: the text.
        fields: other fields or columns of the record.
        entities: the annotated entities, if the file has annotations.
        missing: whether the record has no text; `text` is empty then.
        sentence_start: where the text starts in that of the file, if it is one sentence of it; None if it is whole.
    """

    file: str
    line: int
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    entities: Sequence[Entity] = ()
    missing: bool = False
    sentence_start: int | None = None


class Place(NamedTuple):
    """Where reading begins in a list of files.

    Args:
        file: the number of the file, from 0.
        record: the number of the records of the file before it.
        line: the line or the row of the record, from 1.
        offset: the byte of this line, in files that `can_skip_to` reads from there.
    """

    file: int = 0
    record: int = 0
    line: int = 1
    offset: int = 0


class Item(NamedTuple):
    """A record, or what is wrong with it, and the numbers of its file and its own in the file, from 0."""

    file: int
    record: int
    content: Record | InputError


class Alternative(NamedTuple):
    """One labelling of a text: its entities, without scores, and its probability."""

    entities: list[Entity]
    probability: float


class TaggedText(NamedTuple):
    """What was found in a text.

    Args:
        entities: the entities with scores.
        alternatives: its most probable readings, the best first.
        overruled: the terms of a lexicon with mode `force` that a longer or an earlier one, or a fixed span, left no
            room for.
    """

    entities: list[Entity]
    alternatives: list[Alternative]
    overruled: Sequence[Entity] = ()
