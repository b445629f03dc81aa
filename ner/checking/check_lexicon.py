"""What a list of terms would do on annotated text: entries that help, that harm, and that never match."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ner.characters.character_table import CharacterTable
from ner.data.entities import Sentence
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.matcher import Matcher

if TYPE_CHECKING:
    import pandas as pd

_CONTEXT = 8  # characters on both sides of an example
_ENOUGH = 3  # matches, below which nothing is suggested
_SURE, _DOUBTFUL, _WRONG = 0.95, 0.5, 0.1


class EntryUse(NamedTuple):
    """How an entry matches annotated text.

    Args:
        entry: the entry.
        matches: how often it matches.
        right: how often the match is an entity of its type.
        other_type: how often it is an entity of another type.
        part: how often it overlaps an entity without being one.
        outside: how often it touches no entity.
        suggestion: the mode or the change that the matches speak for; "" for none.
        example: a match that is not right, with its context.
    """

    entry: Entry
    matches: int
    right: int
    other_type: int
    part: int
    outside: int
    suggestion: str
    example: str

    @property
    def precision(self) -> float | None:
        """The share of matches that are right; None without a match."""
        return self.right / self.matches if self.matches else None


@dataclass(frozen=True)
class LexiconCheck:
    """How the entries of a lexicon match annotated text.

    Args:
        uses: of each entry, in the order of the lexicon.
        notes: what is odd about the list, in sentences.
    """

    uses: Sequence[EntryUse]
    notes: Sequence[str]

    @property
    def frame(self) -> "pd.DataFrame":
        """A row for each entry."""
        import pandas as pd

        of_use = ["matches", "right", "precision", "other_type", "part", "outside", "suggestion", "example"]
        rows = [
            (use.entry.term, use.entry.type, use.entry.mode, *(getattr(use, name) for name in of_use), use.entry.place)
            for use in self.uses
        ]
        return pd.DataFrame(rows, columns=["term", "type", "mode", *of_use, "place"]).round({"precision": 4})


def check_lexicon(
    lexicon: Lexicon, sentences: Iterable[Sentence], table: CharacterTable, known: Sequence[str] | None = None
) -> LexiconCheck:
    """Match a lexicon against annotated sentences.

    Args:
        lexicon: the list.
        sentences: the sentences.
        table: tells which characters are the same.
        known: the types of the model that will tag with the list; None if there is none yet.

    Raises:
        InputError: entries contradict each other.
    """
    matcher = Matcher(lexicon, table)
    places = {entry: place for place, entry in reversed([*enumerate(lexicon)])}
    counts: list[Counter[str]] = [Counter() for _ in lexicon]
    examples: dict[int, str] = {}
    other_types: dict[int, Counter[str]] = {}
    types: set[str] = set()
    for sentence in sentences:
        spans = {(entity.start, entity.end): entity.label for entity in sentence.entities}
        types.update(spans.values())
        taken = bytearray(len(sentence.text))
        for start, end in spans:
            taken[start:end] = b"\1" * (end - start)
        for start, end, entry, _, is_rule in matcher.find(sentence.text):
            if is_rule:
                continue
            label = spans.get((start, end))
            if label is None:
                kind = "part" if 1 in taken[start:end] else "outside"
            else:
                kind = "right" if label == entry.type else "other_type"
            place = places[entry]
            counts[place][kind] += 1
            if kind == "other_type" and label is not None:
                other_types.setdefault(place, Counter())[label] += 1
            if kind != "right":
                examples.setdefault(place, _example(sentence.text, start, end))
    uses = []
    for place, entry in enumerate(lexicon):
        count = counts[place]
        suggestion = _suggest(entry, count, other_types.get(place, Counter()))
        right, other_type, part, outside = (count[kind] for kind in ("right", "other_type", "part", "outside"))
        example = examples.get(place, "")
        uses.append(EntryUse(entry, count.total(), right, other_type, part, outside, suggestion, example))
    return LexiconCheck(uses, [*_notes(lexicon, table, types, known)])


def _example(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    return f"{before}[{text[start:end]}]{after}"


def _suggest(entry: Entry, count: Counter[str], other_types: Counter[str]) -> str:
    """What the matches of an entry speak for."""
    matches = count.total()
    if matches < _ENOUGH:
        return ""
    precision = count["right"] / matches
    if entry.mode == "never":
        return "remove it" if precision > _DOUBTFUL else ""
    likely, times = max(other_types.items(), key=lambda pair: pair[1], default=("", 0))
    if times > matches * _DOUBTFUL:
        return f"type {likely}"
    if precision <= _WRONG:
        return "remove it" if count["right"] else "never"
    if precision >= _SURE:
        return "" if entry.mode == "force" else "force"
    return "prefer" if entry.mode == "force" else ""


def _notes(lexicon: Lexicon, table: CharacterTable, types: set[str], known: Sequence[str] | None) -> Iterator[str]:
    seen: dict[tuple[str, str], Entry] = {}
    for entry in lexicon:
        key = (table.fold(entry.term), entry.type)
        if key in seen:
            yield f"{entry.place}: {entry.term} {entry.type} is in {seen[key].place} too"
        else:
            seen[key] = entry
        if len(entry.term) == 1 and entry.mode in ("prefer", "force"):
            yield f"{entry.place}: {entry.term} is a single character, which is often a part of something else"
    yield from lexicon.notes
    for type_ in lexicon.types:
        if type_ not in types:
            yield f"the data have no entities of type {type_}; they have {', '.join(sorted(types)) or 'none'}"
        if known is not None and type_ not in known:
            yield f"the model doesn't know the type {type_}, only {', '.join(known)}: it comes from the list alone"
