"""From characters to vocabulary ids: exactly one id for every code point."""

import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from ner.errors import InputError
from ner.file_schema import Character, FileSchema, check_file
from ner.files import read_json, write_json

Ids = npt.NDArray[np.int64]

_CODE_POINTS = 0x110000
_UNRESOLVED = -1
# How a vocabulary may write a single character: alone (WordPiece, SentencePiece), at the start of a word
# (SentencePiece), or inside a word (WordPiece). The first that the vocabulary has counts.
_SPELLINGS = ("{}", "\u2581{}", "##{}")
# Tokens for white space. WordPiece vocabularies have no real one.
_SPACES = (" ", "\u2581", "[unused1]")
_Id = Annotated[int, Field(ge=0, le=100_000_000)]


class _Special(FileSchema):
    pad: _Id
    unk: _Id
    cls: _Id
    sep: _Id
    space: _Id


class _Stored(FileSchema):
    """What `characters.json` contains."""

    special: _Special
    characters: Annotated[dict[Character, _Id], Field(min_length=1)]


class CharacterTable:
    """A table from code point to vocabulary id, built once from the encoder's own vocabulary.

    A character gets the id of the first of these that the vocabulary has: the character, its lower case, its NFKC
    form, the lower case of the NFKC form; else the id of [UNK]. Only forms of one character count, so one code point
    always gives one id. White space that is not in the vocabulary has one common id: that of the space
    (SentencePiece), of [unused1] (WordPiece), or of [UNK].

    Args:
        characters: the single characters of the vocabulary and their ids.
        special: ids of the special tokens, under the names `pad`, `unk`, `cls`, `sep` and `space`.
    """

    def __init__(self, characters: Mapping[str, int], special: Mapping[str, int]) -> None:
        self._characters = dict(characters)
        self._special = dict(special)
        self.pad, self.unk = special["pad"], special["unk"]
        self.cls, self.sep = special["cls"], special["sep"]
        self._space = special["space"]
        # Filled when a character occurs. Most of the 1.1 million code points never occur.
        self._ids = np.full(_CODE_POINTS, _UNRESOLVED, dtype=np.int64)
        self._folded: Ids | None = None  # of each code point, made when a text is folded

    @classmethod
    def from_vocabulary(cls, vocabulary: Mapping[str, int], special: Mapping[str, int]) -> "CharacterTable":
        """Build the table from a WordPiece or SentencePiece vocabulary.

        Args:
            vocabulary: the tokens and their ids.
            special: the ids of `pad`, `unk`, `cls` and `sep`.
        """
        characters: dict[str, int] = {}
        for spelling in _SPELLINGS:
            length, prefix = len(spelling.format("x")), spelling.format("")
            for token, index in vocabulary.items():
                if len(token) == length and token.startswith(prefix):
                    characters.setdefault(token[-1], index)
        space = next((vocabulary[token] for token in _SPACES if token in vocabulary), special["unk"])
        return cls(characters, {**special, "space": space})

    def __len__(self) -> int:
        """The number of characters that have an id of their own."""
        return len(self._characters)

    @property
    def characters(self) -> Mapping[str, int]:
        """The single characters of the vocabulary and their ids."""
        return self._characters

    @property
    def character_ids(self) -> Ids:
        """The distinct ids of single characters, sorted: `(ids,)`."""
        return np.unique(np.fromiter(self._characters.values(), dtype=np.int64))

    @property
    def highest(self) -> int:
        """The highest id of all characters and special tokens."""
        return max(*self._characters.values(), *self._special.values())

    def encode(self, text: str) -> Ids:
        """The ids of the code points of `text`: `(chars,)`."""
        return _look_up(text, self._ids, self._resolve)

    def fold(self, text: str) -> str:
        """The text as the encoder sees it: characters that it can't tell apart are the same, such as Ａ and a.

        Every character becomes one character, so places stay. A character that the encoder doesn't know stays itself,
        in lower case and half width.

        >>> CharacterTable({"a": 5, "京": 6}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 4}).fold("Ａ京Ｂ\u3000")
        'a京b '
        """
        if self._folded is None:
            self._folded = np.full(_CODE_POINTS, _UNRESOLVED, dtype=np.int64)
        folded = _look_up(text, self._folded, lambda character: ord(self._fold(character)))
        return bytes(folded.astype("<u4")).decode("utf-32-le", "surrogatepass")

    def unknown(self, text: str) -> int:
        """The number of characters of `text` that the encoder doesn't know, without white space."""
        return sum(
            not character.isspace() for character, i in zip(text, self.encode(text), strict=True) if i == self.unk
        )

    def _resolve(self, character: str) -> int:
        for form in _forms(character):
            if form in self._characters:
                return self._characters[form]
        return self._space if character.isspace() else self.unk

    def _fold(self, character: str) -> str:
        forms = _forms(character)
        if known := [form for form in forms if form in self._characters]:
            return known[0]
        return " " if character.isspace() else next(form for form in reversed(forms) if len(form) == 1)

    def save(self, path: Path) -> None:
        """Write the table as JSON."""
        content = {"special": self._special, "characters": self._characters}
        write_json(content, path, indent=0)

    @classmethod
    def load(cls, path: Path, advice: str = "copy it again", vocabulary: int | None = None) -> "CharacterTable":
        """Read a table that `save` wrote.

        Args:
            path: the file.
            advice: what the user can do if the file is damaged.
            vocabulary: the number of ids that the encoder has, if it is known.

        Raises:
            InputError: the file is damaged. The message ends with the advice.
            OSError: the file can't be read.
        """
        content = check_file(_Stored, read_json(path, advice), path, advice)
        table = cls(content.characters, content.special.model_dump())
        if vocabulary is not None and table.highest >= vocabulary:
            raise InputError(
                f"{path} is damaged (expected ids below {vocabulary:,}, as the encoder has, found {table.highest:,}): "
                f"{advice}"
            )
        return table


def _look_up(text: str, known: Ids, resolve: Callable[[str], int]) -> Ids:
    """The value of each code point of `text` in `known`, which is filled when a character occurs: `(chars,)`."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    values: Ids = known[codes]
    unresolved = codes[values == _UNRESOLVED]
    if len(unresolved):  # rare, after the usual characters have occurred once
        for code in np.unique(unresolved):
            known[code] = resolve(chr(code))
        values = known[codes]
    return values


def _forms(character: str) -> tuple[str, ...]:
    """The forms under which a vocabulary may have a character, the best first."""
    compatible = unicodedata.normalize("NFKC", character)
    return character, character.lower(), compatible, compatible.lower()
