"""Single tags, and the chunks that a sequence of them marks, whatever its scheme."""

from collections.abc import Sequence
from functools import lru_cache

OUTSIDE = "O"
UNKNOWN = "?"

_STARTS = frozenset("BSU")
_ENDS = frozenset("ESLU")


@lru_cache(maxsize=4096)
def split_tag(tag: str) -> tuple[str, str]:
    """The prefix and the type of a tag, split at its first hyphen: ("B", "PER"); ("O", "") for "O" and "?"."""
    if tag == UNKNOWN:
        return OUTSIDE, ""
    prefix, _, type_ = tag.partition("-")
    return prefix, type_


def chunks(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """The chunks in a sequence of tags as (start, end, type), half-open, read as conlleval reads them.

    One reading serves all schemes and never fails: B, S and U start a chunk, and so does any other prefix
    after O, after another type or after a chunk that has ended; E, S, L and U end one.
    """
    found = []
    start, current = 0, ""  # the type of the open chunk, "" if none is open
    for position, tag in enumerate(tags):
        if tag == OUTSIDE and not current:  # most characters, so this counts
            continue
        prefix, type_ = split_tag(tag)
        if type_ != current or prefix in _STARTS:
            if current:
                found.append((start, position, current))
            start, current = position, type_
        if prefix in _ENDS:
            found.append((start, position + 1, current))
            current = ""
    if current:
        found.append((start, len(tags), current))
    return found
