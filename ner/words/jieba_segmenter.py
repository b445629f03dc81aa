"""The segmenter jieba, in the implementation of the package rjieba."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from ner.version import installed_version
from ner.words.user_dictionary import UserDictionary

# Those of jieba's dictionary, x for what is no word, and eng for Latin letters.
_PARTS = (
    "a ad ag an b c d df dg e eng f g h i j k l m mg mq n ng nr nrfg nrt ns nt nz o p q r rg rr rz s t tg "
    "u ud ug uj ul uv uz v vd vg vi vn vq x y z zg"
)


class JiebaSegmenter:
    """Cuts text with jieba; see `Segmenter`.

    Args:
        dictionary: words that it knows too.
    """

    package = "rjieba"
    parts = tuple(_PARTS.split())

    def __init__(self, dictionary: UserDictionary | None) -> None:
        self._jieba = _plain() if dictionary is None else _new()
        for word in dictionary.words if dictionary else ():
            self._jieba.add_word(*word)

    @property
    def version(self) -> str:
        return installed_version(self.package)

    def words(self, text: str) -> Iterable[tuple[str, str]]:
        found: list[tuple[str, str]] = self._jieba.tag(text)
        return found


def _new() -> Any:
    import rjieba  # reads its dictionary, which takes a tenth of a second

    return rjieba.Jieba()


@cache
def _plain() -> Any:
    """The segmenter without a user dictionary. One is enough; the one of the module could be changed by other code."""
    return _new()
