"""A user dictionary for a segmenter: a text file with one word per line."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from ner.errors import InputError
from ner.files import damaged_file, read_bounded, write_text

_ADVICE = "save it as UTF-8 text, one word per line"
_HIGHEST = 10**9
_LONGEST = 100  # characters of a word
_LONGEST_PART, _MOST_PARTS = 20, 200


class DictionaryWord(NamedTuple):
    """A word, its frequency and its part of speech; None leaves them to the segmenter."""

    text: str
    frequency: int | None = None
    part: str | None = None


class UserDictionary:
    """Words that a segmenter shall know. The order matters if a word is given twice.

    Args:
        words: the words.
    """

    def __init__(self, words: list[DictionaryWord]) -> None:
        self.words = words
        self.text = "".join(" ".join(str(part) for part in word if part is not None) + "\n" for word in words)
        self.digest = hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def parts(self) -> list[str]:
        """The parts of speech of its words, sorted."""
        return sorted({word.part for word in self.words if word.part})

    @classmethod
    def load(cls, path: Path) -> "UserDictionary":
        """Read a dictionary. Each line has a word, and optionally its frequency and its part of speech, as for jieba.

        Raises:
            InputError: the file is not UTF-8, has no words, or lines have something else. All lines are named.
            OSError: the file can't be read.
        """
        try:
            lines = read_bounded(path).removeprefix("\ufeff").splitlines()
        except ValueError as error:
            raise damaged_file(path, error, _ADVICE) from error
        words: list[DictionaryWord] = []
        wrong: list[str] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            word = _parse(line.split())
            if word is None:
                wrong.append(
                    f"{path}:{number}: expected a word, and optionally its frequency and its part of speech, "
                    f"found {line[:60]!r}"
                )
            else:
                words.append(word)
        if wrong:
            raise InputError("\n".join(wrong[:20]))
        if not words:
            raise InputError(f"{path} has no words: expected one per line")
        found = cls(words)
        if len(found.parts) > _MOST_PARTS:
            raise InputError(f"{path}: expected at most {_MOST_PARTS} parts of speech, found {len(found.parts):,}")
        return found

    def save(self, path: Path) -> None:
        """Write the dictionary. `load` returns the same.

        Raises:
            OSError: the file can't be written.
        """
        write_text(self.text, path)


def _parse(fields: list[str]) -> DictionaryWord | None:
    text, *rest = fields
    frequency = part = None
    if rest and rest[0].isascii() and rest[0].isdigit():
        frequency = int(rest.pop(0)[:20])
    if rest:
        part = rest.pop(0)
    if rest or len(text) > _LONGEST or (frequency or 0) > _HIGHEST or len(part or "") > _LONGEST_PART:
        return None
    return DictionaryWord(text, frequency, part)
