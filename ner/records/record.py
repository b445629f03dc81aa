"""Records: texts with their places, which are read and written one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ner.data.entities import Entity


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
    """

    file: str
    line: int
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    entities: Sequence[Entity] = ()
    missing: bool = False


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
