"""Places where words can't start or end, learned from entities: a small substitute for word segmentation."""

from collections import Counter
from collections.abc import Iterable
from operator import add

from ner.data.entities import Sentence
from ner.data.unknown_spans import known_pieces

_FEWEST = 20
_SHARE = 0.02


class WordEdges:
    """Counts pairs of adjacent characters, and how often the edge of an entity is between them.

    If a pair occurs at least 20 times, and an edge is between its characters in less than 2% of them, no word starts
    or ends there. For example, the pair 国 and 家 shows that 中国 is not a word in 发展中国家.
    """

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        self._pairs = Counter[str]()
        self._edges = Counter[str]()
        for sentence in sentences:
            for piece in known_pieces(sentence):
                self._pairs.update(map(add, piece, piece[1:]))
            places = {at for entity in sentence.entities for at in (entity.start, entity.end)}
            self._edges.update(_pair(sentence.text, at) for at in places)

    def allow(self, text: str, start: int, end: int) -> bool:
        """Whether `text[start:end]` may be a word, or several words."""
        return all(
            self._pairs[pair] < _FEWEST or self._edges[pair] >= _SHARE * self._pairs[pair]
            for pair in (_pair(text, start), _pair(text, end))
        )


def _pair(text: str, at: int) -> str:
    """The characters before and after a place. At the edge of a text there is only one."""
    return text[max(0, at - 1) : at + 1]
