"""The part of a text that is shown with an error."""

from collections.abc import Sequence

_AROUND, _LONGEST = 40, 240


def window(spans: Sequence[tuple[int, int]], around: int = _AROUND, longest: int = _LONGEST) -> tuple[int, int]:
    """The part of a text that contains `spans` and some context.

    Args:
        spans: start and end of each span.
        around: the number of characters before the first span and after the last one.
        longest: the most characters of the part. It may end before the last span.

    Returns:
        Start and end of the part. The end may be after the end of the text.
    """
    start = max(0, min(start for start, _ in spans) - around)
    return start, min(start + longest, max(end for _, end in spans) + around)


def excerpt(text: str, start: int, end: int) -> str:
    """The part `start:end` of a text, with three dots on each side where text is left out."""
    return f"{'...' * (start > 0)}{text[start:end]}{'...' * (end < len(text))}"
