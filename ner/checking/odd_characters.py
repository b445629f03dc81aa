"""Characters that a text should not have."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from ner.checking.sentence_findings import in_context, sentence_finding
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.quantities import counted

_KINDS = {
    "Cc": FindingKind.CONTROL_CHARACTER,
    "Cf": FindingKind.INVISIBLE_CHARACTER,
    "Co": FindingKind.PRIVATE_USE_CHARACTER,
    "Cn": FindingKind.BROKEN_CHARACTER,
    "Cs": FindingKind.BROKEN_CHARACTER,
}
_UNNAMED = {"Cc": "control character", "Co": "private use", "Cn": "unassigned", "Cs": "half of a surrogate pair"}
_ORDINARY = frozenset("\t\n\r")
_JOINERS = frozenset("\u200c\u200d")
_TAGS = "".join(map(chr, range(0xE0020, 0xE0080)))
_LONGEST_EMOJI = 100  # characters, of flags with tags; the longest that there are have 14
_BLACK_FLAG = "\U0001f3f4"
# Kept free for emoji and Chinese characters: a newer Unicode than Python's may have assigned them.
_RESERVED = (range(0x1F000, 0x1FB00), range(0x20000, 0x2FFFE), range(0x30000, 0x3FFFE))


def odd_characters(sentences: Sequence[Sentence]) -> list[Finding]:
    """Find odd characters: one finding per character, with its first place and its count.

    Odd characters are control characters other than tabs and line ends, invisible format characters outside of emoji,
    code points for private use, unassigned and surrogate code points, and U+FFFD.
    """
    places: defaultdict[tuple[str, FindingKind], list[tuple[Sentence, int]]] = defaultdict(list)
    for sentence in sentences:
        for at, kind in odd_positions(sentence.text):
            places[sentence.text[at], kind].append((sentence, at))
    return [_finding(character, kind, places[character, kind]) for character, kind in sorted(places)]


def odd_positions(text: str) -> list[tuple[int, FindingKind]]:
    """The position and the kind of each odd character in a text."""
    odd = {character: kind for character in set(text) if (kind := _kind(character))}
    return [(at, odd[c]) for at, c in enumerate(text) if c in odd and not _in_emoji(text, at)] if odd else []


def _kind(character: str) -> FindingKind | None:
    """The kind of finding for a character, None if the character is not odd."""
    if character in _ORDINARY:
        return None
    category = unicodedata.category(character)
    if category == "Cn" and any(ord(character) in block for block in _RESERVED):
        return None
    return FindingKind.BROKEN_CHARACTER if character == "\ufffd" else _KINDS.get(category)


def _finding(character: str, kind: FindingKind, places: Sequence[tuple[Sentence, int]]) -> Finding:
    name = unicodedata.name(character, "") or f"({_UNNAMED[unicodedata.category(character)]})"
    holders = len({id(sentence) for sentence, _ in places})
    count = f"{counted(len(places), 'time')} in {counted(holders, 'sentence')}"
    sentence, at = places[0]
    message = f"U+{ord(character):04X} {name}, {count}; first at offset {at}: {in_context(sentence, at, at + 1)}"
    return sentence_finding(sentence, kind, message)


def _in_emoji(text: str, at: int) -> bool:
    """Whether a character joins the parts of an emoji."""
    if text[at] in _TAGS:
        return text[max(0, at - _LONGEST_EMOJI) : at].rstrip(_TAGS).endswith(_BLACK_FLAG)
    before = text[max(0, at - _LONGEST_EMOJI) : at].rstrip("\ufe0f")[-1:]
    joined = (before, text[at + 1 : at + 2])
    return text[at] in _JOINERS and all(c and unicodedata.category(c) in ("So", "Sk") for c in joined)
