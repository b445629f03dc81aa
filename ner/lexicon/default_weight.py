"""The weight of entries that give none: the longer a term, the more certain that it is the entity of the list."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

# Fitted by `benchmarks/dictionary.py fit` on held-out parts of UNER and AISHELL-NER, with lists of which half have half
# of the types wrong: the setting with the best mean F1.
PER_CHARACTER = 0.5
"""The log-odds that each character of a term adds, unless the model has learned another number for the type."""

HIGHEST_PER_CHARACTER = 100.0
"""It is certainty already."""
ListWeights = dict[str, Annotated[float, Field(ge=-HIGHEST_PER_CHARACTER, le=HIGHEST_PER_CHARACTER)]]
"""What a model has learned: the log-odds for each character of a term, by the type of the term."""
NOTHING_LEARNED: Mapping[str, float] = {}


def default_weight(length: int, type_: str = "", learned: Mapping[str, float] = NOTHING_LEARNED) -> float:
    """The log-odds that an entry with mode `prefer` adds for a term of `length` characters.

    >>> default_weight(2), default_weight(4), default_weight(4, "ORG", {"ORG": 0.75})
    (1.0, 2.0, 3.0)

    Args:
        length: the number of characters.
        type_: the type of the entry.
        learned: the log-odds for each character, by type, that `train` with a list has found.
    """
    return learned.get(type_, PER_CHARACTER) * length
