"""What a lexicon says of the spans of one text."""

from collections.abc import Sequence
from typing import NamedTuple

NEVER = float("-inf")
"""The weight of a span that is not an entity of its type."""


class SpanWeight(NamedTuple):
    """The span `start:end` is more likely an entity of type `label`, by `weight` in log-odds; `NEVER` excludes it."""

    start: int
    end: int
    label: str
    weight: float


class TextSpans(NamedTuple):
    """The weighted spans of one text.

    Args:
        spans: each triple of start, end and label once.
        listed_only: the types of which only these spans are entities.
        forced: the parts of the text, as (start, end), that are entities of a type that the model doesn't know. Each of
            them is one of the spans, and no other span touches their characters.
    """

    spans: Sequence[SpanWeight]
    listed_only: frozenset[str] = frozenset()
    forced: Sequence[tuple[int, int]] = ()
