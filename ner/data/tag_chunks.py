"""Single tags, and the chunks in a sequence of tags of any scheme."""

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
    """Find the chunks in a sequence of tags, as conlleval reads them.

    The rules fit all schemes and never fail. B, S and U start a chunk. Any other prefix starts a chunk after O, after
    another type, and after the end of a chunk. E, S, L and U end a chunk.

    Returns:
        The start, the end (exclusive) and the type of each chunk.
    """
    found = []
    start, current = 0, ""  # the type of the open chunk, "" if none is open
    for position, tag in enumerate(tags):
        if tag == OUTSIDE and not current:  # true for most characters, so this saves time
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
