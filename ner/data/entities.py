"""The two things that annotated text is made of: entities, and sentences that hold them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity in a text.

    `start` and `end` are code points of the original text, half-open: `text[entity.start:entity.end] == entity.text`.
    `score` is the probability that the model gives the span, in [0, 1]; None where a person labelled it.
    """

    start: int
    end: int
    label: str
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its entities in order of position; `path` and `line` tell where it begins in its file (from 1)."""

    text: str
    entities: tuple[Entity, ...] = ()
    path: str = ""
    line: int = 0
