"""Checking that an argument is a list or a stream of texts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ner.errors import InputError

_SHOWN = 20  # characters of a value in a message


def each_item(texts: Any) -> Iterable[Any]:
    """Make sure that an argument can be gone through item by item. Its items are not checked.

    Raises:
        InputError: `texts` is a single text, a dict or a table, or can't be gone through.
    """
    if isinstance(texts, (str, bytes, bytearray)):
        raise InputError(f"expected `texts` to be a list of texts, got {_show(texts)}: put it into a list")
    if isinstance(texts, Mapping) or hasattr(texts, "columns"):
        kind = "a dict" if isinstance(texts, Mapping) else "a table"
        raise InputError(f"expected `texts` to be a list of texts, got {kind}: give its texts, as in `x['text']`")
    try:
        items: Iterable[Any] = iter(texts)
    except TypeError:
        raise InputError(f"expected `texts` to be a list of texts, got {_show(texts)}") from None
    return items


def each_text(texts: Any) -> Iterator[str]:
    """Go through texts one by one. Lists, generators, columns of a table and arrays are read, also without end.

    >>> list(each_text(["我在上海。", "你好。"]))
    ['我在上海。', '你好。']

    Args:
        texts: what a caller gave.

    Raises:
        InputError: `texts` is a single text, a dict or a table, or can't be gone through. If one of the texts is
            something else, the error comes when the iterator reaches it.
    """
    return _each_checked(each_item(texts))


def _each_checked(items: Iterable[Any]) -> Iterator[str]:
    for place, item in enumerate(items):
        if not isinstance(item, str):
            raise InputError(f"expected texts, got {_show(item)} at {place}")
        yield item


def _show(value: Any) -> str:
    return f"the string {value[:_SHOWN]!r}" if isinstance(value, str) else repr(value)[:_SHOWN]
