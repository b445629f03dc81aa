"""A segmenter that knows nothing but the words of a list."""

from collections.abc import Iterable

from ner.words.user_dictionary import UserDictionary


class ListSegmenter:
    """Finds the words of a user dictionary, as they are written there; see `Segmenter`.

    It reads from left to right and takes the longest word. What stands between two words is no word.

    Args:
        dictionary: the words, and as their parts of speech, for example, types of entities.
    """

    package = "bert-ner"
    version = "1"  # another one if the same list gives other words
    parts: tuple[str, ...] = ()

    def __init__(self, dictionary: UserDictionary | None) -> None:
        self._parts = {word.text: word.part or "" for word in dictionary.words} if dictionary else {}
        lengths: dict[str, set[int]] = {}  # of the words with this first character
        for word in self._parts:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(of_first, reverse=True) for first, of_first in lengths.items()}

    def words(self, text: str) -> Iterable[tuple[str, str | None]]:
        place = between = 0
        while place < len(text):
            pieces = (text[place : place + length] for length in self._lengths.get(text[place], ()))
            word = next((piece for piece in pieces if piece in self._parts), None)
            if word is None:
                place += 1
                continue
            yield text[between:place], None
            yield word, self._parts[word]
            place = between = place + len(word)
        yield text[between:], None
