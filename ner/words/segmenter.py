"""The interface of a word segmenter, and opening one by its name."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from ner.choices import SegmenterName
from ner.words.jieba_segmenter import JiebaSegmenter
from ner.words.list_segmenter import ListSegmenter
from ner.words.user_dictionary import UserDictionary


class Segmenter(Protocol):
    """Cuts text into words.

    Args:
        package: the distribution that does the work.
        version: its version, which is saved in models.
        parts: the parts of speech that it knows, without those of a user dictionary.
    """

    @property
    def package(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def parts(self) -> Sequence[str]: ...

    def words(self, text: str) -> Iterable[tuple[str, str | None]]:
        """The words of a text in their order, each with its part of speech; None for what is no word.

        White space may be left out.
        """
        ...


# To add a segmenter: a class as above, its name in `SegmenterName`, and a line here.
_SEGMENTERS: dict[SegmenterName, Callable[[UserDictionary | None], Segmenter]] = {
    "jieba": JiebaSegmenter,
    "list": ListSegmenter,
}


def open_segmenter(name: SegmenterName, dictionary: UserDictionary | None = None) -> Segmenter:
    """Open a segmenter.

    Args:
        name: its name.
        dictionary: words that it knows too.
    """
    return _SEGMENTERS[name](dictionary)
