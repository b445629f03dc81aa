"""Writing tagged texts sentence by sentence."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import attrgetter

from ner.data.entities import Entity
from ner.records.entity_writers import Writer
from ner.records.record import Alternative, Record

# ASCII marks before a letter or a digit are parts of addresses and names: "?q=1", "Yahoo!7".
_MARK = r"[。！？…；\n]|[!?](?![A-Za-z0-9])"
_END = re.compile(rf"""(?:{_MARK})(?:{_MARK}|[”’」』）》〉】〕］)\]"'])*\s*""")
_GOES_ON = ("，", "、")


class SentenceWriter(Writer):
    """Writes each sentence of a record as a record of its own, by means of another writer.

    Args:
        writer: writes the sentences.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write the sentences of a record. Alternatives are of whole texts, and are not written."""
        for sentence, inside in split_sentences(record, entities):
            self._writer.write(sentence, inside)

    def end(self) -> None:
        self._writer.end()

    def give_up(self) -> None:
        self._writer.give_up()


def split_sentences(record: Record, entities: Sequence[Entity]) -> Iterator[tuple[Record, list[Entity]]]:
    """Split a tagged text into its sentences, which together are the whole text.

    A sentence ends after 。！？…； or a line end, or after ! or ? that no ASCII letter or digit follows. All such marks
    in a row, closing quotes and brackets, and spaces after them belong to it. It goes on if a comma (，、) follows, or
    inside an entity. Splitting a sentence again changes nothing.

    >>> found = split_sentences(Record("a.txt", 7, "张伟来了！他说：“走吧。”"), [Entity(0, 2, "PER", "张伟")])
    >>> [(sentence.sentence_start, sentence.text) for sentence, entities in found]
    [(0, '张伟来了！'), (5, '他说：“走吧。”')]

    Args:
        record: the text.
        entities: its entities, in their order.

    Yields:
        A sentence with `sentence_start`, and its entities with their places in it.
    """
    text = record.text
    inside = {position for entity in entities for position in range(entity.start + 1, entity.end)}
    ends = (found.end() for found in _END.finditer(text))
    cuts = (end for end in ends if end < len(text) and end not in inside and not text.startswith(_GOES_ON, end))
    for start, end in pairwise([0, *cuts, len(text)]):
        first, last = (bisect_left(entities, place, key=attrgetter("start")) for place in (start, end))
        place = start + (record.sentence_start or 0)
        yield (
            replace(record, text=text[start:end], sentence_start=place),
            [replace(entity, start=entity.start - start, end=entity.end - start) for entity in entities[first:last]],
        )
