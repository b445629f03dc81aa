"""From characters to the ids of their words: exactly one id for every code point."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ner.choices import SegmenterName
from ner.errors import InputError
from ner.words.segmenter import Segmenter, open_segmenter
from ner.words.stored_segmenter import ALONE, FIRST, INSIDE, LAST, PLACES, StoredSegmenter
from ner.words.user_dictionary import UserDictionary

Ids = npt.NDArray[np.int64]

DICTIONARY = "words.txt"
"""The file of the user dictionary in a model folder."""

_NO_WORD = 0
_SIZE = 32
# Segmenters read at most this many characters at once, so time and memory grow with the length only.
_LONGEST = 10_000
_ENDS = "\n。！？!?；;，、 "
_SURROGATES = re.compile("[\ud800-\udfff]")  # which text in UTF-8, as segmenters take it, can't have


class WordTable:
    """Cuts text into words, and gives each character the id of its place in the word and of the part of speech.

    Args:
        segmenter: cuts the text.
        stored: what a model saves of it.
        dictionary: its user dictionary.
    """

    def __init__(self, segmenter: Segmenter, stored: StoredSegmenter, dictionary: UserDictionary | None) -> None:
        self.stored = stored
        self.dictionary = dictionary
        self._segmenter = segmenter
        self._parts = {part: 1 + PLACES * i for i, part in enumerate(stored.parts, 1)}

    def encode(self, text: str) -> Ids:
        """The ids of the code points of `text`: `(chars,)`. A character outside of words has the id 0.

        Raises:
            InputError: the words of the segmenter are not those of the text.
        """
        lengths: list[int] = []
        firsts: list[int] = []  # the id of the first place with the part of speech of each word
        for length, part in cut(self._segmenter, text):
            lengths.append(length)
            firsts.append(-1 if part is None else self._parts.get(part, 1))
        counts, begins = np.array(lengths, dtype=np.int64), np.array(firsts, dtype=np.int64)
        places = np.full(len(text), INSIDE, dtype=np.int64)
        ends = np.cumsum(counts)
        places[ends - 1] = LAST
        places[ends - counts] = FIRST
        places[(ends - 1)[counts == 1]] = ALONE
        ids: Ids = np.repeat(begins, counts) + places
        ids[np.repeat(begins < 0, counts)] = _NO_WORD
        return ids

    def save(self, folder: Path) -> None:
        """Write the user dictionary, if there is one, into a model folder."""
        if self.dictionary:
            self.dictionary.save(folder / DICTIONARY)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopen, (self.stored, self.dictionary)  # segmenters can't be pickled

    def __deepcopy__(self, memo: dict[int, Any]) -> "WordTable":
        """Copies of a network share the table."""
        return self


def new_table(name: SegmenterName, dictionary: str | Path | None) -> WordTable:
    """Open the segmenter for a new model.

    Args:
        name: the segmenter.
        dictionary: the file of a user dictionary, or None.

    Raises:
        InputError: the dictionary can't be read.
    """
    words = None
    if dictionary is not None:
        try:
            words = UserDictionary.load(Path(dictionary))
        except OSError as error:
            raise InputError(f"can't read `words_dictionary` {dictionary}: {error.strerror}") from error
    segmenter = open_segmenter(name, words)
    stored = StoredSegmenter(
        name=name,
        package=segmenter.package,
        version=segmenter.version,
        dictionary=words.digest if words else None,
        parts=list(dict.fromkeys([*segmenter.parts, *(words.parts if words else [])])),
        size=_SIZE,
    )
    return WordTable(segmenter, stored, words)


def load_table(stored: StoredSegmenter, folder: Path) -> WordTable:
    """Open the segmenter of a model.

    Args:
        stored: what the model saved of it.
        folder: the model folder.

    Raises:
        InputError: the package has another version, or the dictionary is missing or another one.
    """
    path = folder / DICTIONARY
    if stored.dictionary is None:
        return _open(stored, None, str(folder))
    try:
        dictionary = UserDictionary.load(path)
    except FileNotFoundError:
        raise InputError(f"{folder} is incomplete: {DICTIONARY} not found; copy the whole folder") from None
    if dictionary.digest != stored.dictionary:
        raise InputError(
            f"{path} is not the dictionary that the model was trained with: copy the whole folder again, or train again"
        )
    return _open(stored, dictionary, str(folder))


def cut(segmenter: Segmenter, text: str) -> Iterator[tuple[int, str | None]]:
    """The length and the part of speech of each word. Characters between words are words without a part of speech.

    Raises:
        InputError: the words of the segmenter are not those of the text.
    """
    for piece in _pieces(_SURROGATES.sub("\ufffd", text)):
        yield from _aligned(segmenter.words(piece), piece, segmenter.package)


def _aligned(words: Iterable[tuple[str, str | None]], text: str, package: str) -> Iterator[tuple[int, str | None]]:
    place = 0
    for word, part in words:
        while not text.startswith(word, place):
            if not text[place : place + 1].isspace():
                raise InputError(
                    f"{package} found the word {word!r:.40} where the text has {text[place : place + 20]!r}"
                )
            yield 1, None
            place += 1
        if word:
            yield len(word), part
            place += len(word)
    for _ in range(place, len(text)):
        yield 1, None


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text, if possible after a mark at which words end anyway."""
    start = 0
    while len(text) - start > _LONGEST:
        limit = start + _LONGEST
        end = max(text.rfind(mark, start + _LONGEST // 2, limit) for mark in _ENDS) + 1 or limit
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _open(stored: StoredSegmenter, dictionary: UserDictionary | None, place: str) -> WordTable:
    segmenter = open_segmenter(stored.name, dictionary)
    version = segmenter.version
    if _series(version) != _series(stored.version):
        raise InputError(
            f"{place} was trained with words of {stored.package} {stored.version}, but {version} is installed: "
            f"pip install {stored.package}=={stored.version}, or train again"
        )
    return WordTable(segmenter, stored, dictionary)


def _series(version: str) -> list[str]:
    """The part of a version that changes with the words: 0.2 of 0.2.2."""
    return version.split(".")[:2]


def _reopen(stored: StoredSegmenter, dictionary: UserDictionary | None) -> WordTable:
    return _open(stored, dictionary, "the model")
