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
    """The entities of a text with scores, and its most probable readings, the best first."""

    entities: list[Entity]
    alternatives: list[Alternative]
