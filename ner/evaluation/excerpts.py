"""The part of a text that is shown around an error."""

from collections.abc import Sequence

_AROUND, _LONGEST = 40, 240


def window(spans: Sequence[tuple[int, int]], around: int = _AROUND, longest: int = _LONGEST) -> tuple[int, int]:
    """The start and end of the part around `spans`; not all of them if they are far apart.

    It begins `around` characters before the first and ends as many behind the last, or after `longest`; the text may
    end before.
    """
    start = max(0, min(start for start, _ in spans) - around)
    return start, min(start + longest, max(end for _, end in spans) + around)


def excerpt(text: str, start: int, end: int) -> str:
    """The part of a text, with three dots for what is left out on either side."""
    return f"{'...' * (start > 0)}{text[start:end]}{'...' * (end < len(text))}"
