"""What is read and written one by one: a text, and where it is from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ner.data.entities import Entity


@dataclass(frozen=True, slots=True)
class Record:
    """One text: the file it is from, the line where it begins (or its row, from 1), and the text.

    `fields` are the other fields or columns of its record, where it has any; `entities` those that are annotated in
    it.
    """

    file: str
    line: int
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    entities: Sequence[Entity] = ()


class Alternative(NamedTuple):
    """One reading of a text: its entities, without scores, and the probability of the whole."""

    entities: list[Entity]
    probability: float
