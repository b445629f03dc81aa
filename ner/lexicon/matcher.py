"""Finding all terms of a lexicon in a text.

All terms are keys of one dict, and the first two characters of the terms tell which lengths to look up at each place.
Chinese names are short, so this takes about a microsecond for each character of a text. An Aho-Corasick automaton of a
million Chinese terms needs more memory and half a minute to be built.
"""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from ner.characters.character_table import CharacterTable
from ner.data.garbage_collection import pause_garbage_collection
from ner.errors import raise_faults
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.rules import RuleMatcher
from ner.lexicon.simplified import simplified_characters


class Hit(NamedTuple):
    """An entry that `start:end` of a text matches, or a rule, and the id that an entity of it gets."""

    start: int
    end: int
    entry: Entry
    id: str = ""
    is_rule: bool = False


class Matcher:
    """Finds the terms of a lexicon in texts, comparing characters as an encoder sees them.

    Args:
        lexicon: the terms.
        table: the characters of the encoder.

    Raises:
        InputError: entries contradict each other with certainty, or `alias_of` names no entry. The message lists them.
            Or the terms match in any script, and opencc is not installed.
    """

    @pause_garbage_collection()
    def __init__(self, lexicon: Lexicon, table: CharacterTable) -> None:
        self.lexicon = lexicon
        self.types = lexicon.types
        self.listed_only = frozenset(entry.type for entry in _with_mode(lexicon, "only"))
        """The types that have entries with mode `only`."""
        self._table = table
        self._simplified = simplified_characters() if lexicon.any_script else {}
        terms = lexicon.terms
        joined = "".join(terms)
        folded = self._fold(joined)
        keys = terms
        if folded != joined:  # most terms are folded already: then there is one copy of them
            ends = accumulate(map(len, terms), initial=0)
            parts = (folded[start:end] for start, end in pairwise(ends))
            keys = [term if key == term else key for key, term in zip(parts, terms, strict=True)]
        self._first = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
        self._others: dict[str, list[int]] = {}
        if len(self._first) < len(keys):
            for i, key in enumerate(keys):
                if self._first[key] != i:
                    self._others.setdefault(key, []).append(i)
        masks: dict[str, int] = {}  # of the first characters of terms: bit n is for the terms with n characters
        for key in self._first:
            masks[key[:2]] = masks.get(key[:2], 0) | 1 << len(key)
        self._masks = masks
        self._lengths = {mask: [n for n in range(mask.bit_length()) if mask >> n & 1] for mask in {*masks.values()}}
        self._has_single = any(len(key) == 1 for key in masks)
        self._rules = RuleMatcher(lexicon.rules) if lexicon.rules else None
        self._refuse_conflicts()
        self._ids = self._resolve_aliases()

    def find(self, text: str) -> Iterator[Hit]:
        """All entries that match a part of the text, in order of their starts, and then all rules."""
        yield from self._find_terms(text)
        if self._rules is not None:
            for start, end, entry in self._rules.find(text):
                yield Hit(start, end, entry, entry.id, True)

    def _find_terms(self, text: str) -> Iterator[Hit]:
        folded, first, length = self._fold(text), self._first, len(text)
        for start, pair in enumerate(map("".join, zip(folded, f"{folded[1:]} ", strict=False))):
            if self._has_single and pair[0] in first:
                yield from self._hits(start, start + 1, pair[0])
            mask = self._masks.get(pair)
            if mask is None or start == length - 1:
                continue
            for size in self._lengths[mask]:
                key = folded[start : start + size]
                if key in first and start + size <= length:
                    yield from self._hits(start, start + size, key)

    def _fold(self, text: str) -> str:
        """The text as it is compared, character by character."""
        folded = self._table.fold(text)
        return folded.translate(self._simplified) if self._simplified else folded

    def _hits(self, start: int, end: int, key: str) -> Iterator[Hit]:
        for i in (self._first[key], *self._others.get(key, ())):
            entry = self.lexicon[i]
            yield Hit(start, end, entry, self._ids[entry.alias_of] if entry.alias_of else entry.id)

    def _refuse_conflicts(self) -> None:
        faults = []
        for key, others in self._others.items():
            entries = [self.lexicon[i] for i in (self._first[key], *others)]
            forced = [entry for entry in entries if entry.mode == "force"]
            for entry in forced:
                against = [
                    other
                    for other in entries
                    if (other.mode == "force" and other.type != entry.type)
                    or (other.mode == "never" and other.type in ("", entry.type))
                ]
                if against and (against[0].mode == "never" or entry is forced[0]):
                    other = against[0]
                    faults.append(
                        f"{other.place}: {other.term} is {other.mode} {other.type or 'of any type'}, "
                        f"but force {entry.type} in {entry.place}"
                    )
        raise_faults(faults)

    def _resolve_aliases(self) -> dict[str, str]:
        """The id that each value of `alias_of` stands for."""
        aliases = {name for name in self.lexicon.column("alias_of") if name}
        if not aliases:
            return {}
        found: dict[str, str] = {}
        for entry in self.lexicon:
            if not entry.alias_of:
                for name in (entry.id, entry.term):
                    if name in aliases:
                        found.setdefault(name, entry.id or entry.term)
        faults = [
            f"{entry.place}: alias_of {entry.alias_of} is neither the id nor the term of another entry"
            for entry in self.lexicon
            if entry.alias_of and entry.alias_of not in found
        ]
        raise_faults(faults)
        return found


def _with_mode(lexicon: Lexicon, mode: str) -> Iterator[Entry]:
    for place, each in enumerate(lexicon.column("mode")):
        if each == mode:
            yield lexicon[place]
