"""The entries of a lexicon: what they say of a term, and what is wrong with them."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from ner.data.schemes import OUTSIDE

Mode = Literal["prefer", "force", "never", "only"]
"""
- `prefer`: the term is more likely an entity of its type, by `weight`.
- `force`: it is an entity of its type.
- `never`: it is no entity of its type, or without a type, of any.
- `only`: entities of this type are in the list.
"""
MODES: tuple[Mode, ...] = get_args(Mode)

LONGEST_TERM = 100
"""Characters. The longest names have about fifty. Terms that contain each other take time, which grows with length."""
LONGEST_TYPE = 100
LARGEST_WEIGHT = 1000.0
COLUMNS = ("term", "type", "mode", "weight", "id", "alias_of")

NO_TYPE = "has no type; only never goes without"

_WEIGHTED = ("prefer", "only")


class Entry(NamedTuple):
    """One term.

    Args:
        term: its characters.
        type: the type of the entity; "" for any type, with mode `never`.
        mode: what holds for the term.
        weight: the log-odds that are added; None for the default, which grows with the length of the term.
        id: what the entity's `id` will be.
        alias_of: the id or the term of the entry whose `id` this entity gets.
        file: the file of the entry; "" if there is none.
        line: its line or row, from 1.
    """

    term: str
    type: str
    mode: Mode = "prefer"
    weight: float | None = None
    id: str = ""
    alias_of: str = ""
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Where the entry stands, for messages."""
        return f"{self.file or 'entry'}:{self.line}"


def find_faults(entry: Entry) -> Iterator[str]:
    """What is wrong with an entry: sentences without its place."""
    term, type_, mode, weight = entry.term, entry.type, entry.mode, entry.weight
    if not term:
        yield "has no term"
    elif len(term) > LONGEST_TERM:
        yield f"expected a term of at most {LONGEST_TERM} characters, got {len(term):,}: {term[:20]}..."
    elif term.startswith("="):
        yield f"expected a term, got a formula: {term[:20]!r}"
    elif has_control_character(term):
        yield f"the term has a control character: {term!r:.40}"
    if mode not in MODES:
        yield f"expected a mode of {', '.join(MODES)}, got {mode!r:.40}"
    elif not type_ and mode != "never":
        yield NO_TYPE
    if len(type_) > LONGEST_TYPE or type_ == OUTSIDE or any(c.isspace() or not c.isprintable() for c in type_):
        yield f"expected a type such as ORG, without spaces, got {type_!r:.40}"
    if weight is not None:
        if math.isnan(weight) or abs(weight) > LARGEST_WEIGHT:
            yield f"expected a weight from {-LARGEST_WEIGHT:.0f} to {LARGEST_WEIGHT:.0f}, got {weight}"
        elif mode not in _WEIGHTED:
            yield f"{mode} is certain and has no weight: leave the weight out, or use prefer"


def has_control_character(text: str) -> bool:
    """Whether a text has a character that no name has: a line end, a tab, NUL, half of a surrogate pair."""
    return not text.isprintable() and any(
        character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff" for character in text
    )


def as_entries(columns: Sequence[Sequence[object]]) -> Iterator[Entry]:
    """The entries of columns, in the order of the fields of `Entry`."""
    return map(Entry._make, zip(*columns, strict=True))
