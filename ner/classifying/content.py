"""What a classifier is asked about: a text or a pair of texts."""

from typing import Any

from ner.errors import InputError

Text = str | tuple[str, str]
"""A text, or a pair of texts."""

Content = tuple[str, str | None]
"""A text, and the second text of a pair."""


def check_content(text: Any, *, pairs: bool) -> Content:
    """The text or pair that a caller gave.

    >>> check_content(("今天出发吗？", "是今天走吗？"), pairs=True)
    ('今天出发吗？', '是今天走吗？')

    Args:
        text: the text or pair.
        pairs: whether the classifier reads pairs.

    Raises:
        InputError: it is something else than the classifier reads.
    """
    if pairs:
        if isinstance(text, (tuple, list)) and len(text) == 2 and all(isinstance(part, str) for part in text):
            return text[0], text[1]
        raise InputError(f"expected pairs of texts, as the classifier was trained with, got {text!r:.60}")
    if not isinstance(text, str):
        raise InputError(f"expected texts, got {text!r:.60}")
    return text, None


def content_length(content: Content) -> int:
    """The number of characters."""
    return len(content[0]) + len(content[1] or "")
