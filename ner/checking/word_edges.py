"""Where words can't begin or end, as the entities of a corpus tell: a small substitute for word segmentation."""

from collections import Counter
from collections.abc import Iterable
from operator import add

from ner.data.entities import Sentence
from ner.data.unknown import known_pieces

_FEWEST = 20
_SHARE = 0.02


class WordEdges:
    """The pairs of neighbouring characters in a corpus, and how often the edge of an entity is between them.

    Between two that stand side by side at least 20 times, with an edge in less than a fiftieth of them, no word
    begins or ends: so 国 and 家 in 发展中国家 show that 中国 is no word there.
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
        """Whether `text[start:end]` may be a word, or several."""
        return all(
            self._pairs[pair] < _FEWEST or self._edges[pair] >= _SHARE * self._pairs[pair]
            for pair in (_pair(text, start), _pair(text, end))
        )


def _pair(text: str, at: int) -> str:
    """The characters before and behind a place; at the edge of a text it is no pair."""
    return text[max(0, at - 1) : at + 1]
