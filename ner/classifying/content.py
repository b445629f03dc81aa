"""What a classifier is asked about: a text or a pair of texts."""

from collections.abc import Iterator
from typing import Any

from ner.errors import InputError
from ner.texts import each_item

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


def check_contents(texts: Any, *, pairs: bool) -> Iterator[Content]:
    """The texts or pairs that a caller gave.

    Args:
        texts: the texts or pairs: a list, a generator or a column of a table.
        pairs: whether the classifier reads pairs.

    Raises:
        InputError: `texts` is a single text, a dict or a table. If one of the texts is something else than the
            classifier reads, the error comes when the iterator reaches it.
    """
    return (check_content(text, pairs=pairs) for text in each_item(texts))


def content_length(content: Content) -> int:
    """The number of characters."""
    return len(content[0]) + len(content[1] or "")
