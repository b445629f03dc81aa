"""Tagging a stream of texts that belong to something: an id, or a record with more fields."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ner.data.entities import Entity
from ner.errors import InputError

_Owner = TypeVar("_Owner")


def tag_documents(
    tag_stream: Callable[[Iterable[str]], Iterator[list[Entity]]], documents: Iterable[tuple[_Owner, str]]
) -> Iterator[tuple[_Owner, list[Entity]]]:
    """Tag the texts of pairs.

    Args:
        tag_stream: finds the entities of each text of a stream. It may read some texts before it answers.
        documents: pairs of anything and a text.

    Yields:
        Pairs of the same and the entities of its text, in the same order.

    Raises:
        InputError: something is no pair.
    """
    waiting: deque[_Owner] = deque()

    def texts() -> Iterator[str]:
        for number, document in enumerate(documents):
            if not isinstance(document, tuple) or len(document) != 2:
                raise InputError(f"expected `documents` to have pairs (id, text), got {document!r:.60} at {number}")
            waiting.append(document[0])
            yield document[1]

    for entities in tag_stream(texts()):
        yield waiting.popleft(), entities
