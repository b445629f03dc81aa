"""Texts that are the same or nearly the same: in two splits, with different labels, or in a stream."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations, islice
from math import ceil

from ner.checking.sentence_findings import SentenceFinding, describe, quote, sentence_finding
from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding

_SIMILAR = Fraction(4, 5)
_MOST_COMPARED = 1000
_SHORTEST_SIMILAR = 10
_SHORTEST_EQUAL = 5
_NO_LETTERS = re.compile(r"[\W\d_]+")
_SHOWN = 3

_Spans = tuple[tuple[int, int, str], ...]


def shared_sentences(splits: Mapping[str, Split]) -> list[Finding]:
    """Find texts that two splits have, exactly or nearly, with their place in the later split; the longest first.

    Only letters are compared for near-duplicates: width, case, digits, punctuation and space don't count. Two texts
    are near-duplicates if they have the same letters, at least 5, or if they have at least 10 letters and the Jaccard
    similarity of their trigrams is 0.8 or more.

    A text is compared with at most a thousand texts that share its rarest trigrams. Only if many texts come from one
    template are there more. Then the reported text may not be the most similar, or a similar text may be missed.
    """
    texts = _by_text(splits)
    letters = {name: {text: _letters(text) for text in by_text} for name, by_text in texts.items()}
    near: list[SentenceFinding] = []
    for earlier, later in combinations(splits, 2):
        known = {its_letters: texts[earlier][text] for text, its_letters in letters[earlier].items()}
        similar = _most_similar(known, letters[later].values())
        for text, sentence in texts[later].items():
            its_letters = letters[later][text]
            if text not in texts[earlier] and its_letters in similar:
                others, similarity = similar[its_letters]
                degree = f"{similarity:.0%} alike"
                if others == its_letters:
                    degree = "equal except for digits, punctuation, space and case"
                message = (
                    f"{quote(text)} in {later} is like {quote(known[others].text)} in {earlier} "
                    f"at {_place(known[others])}: {degree}"
                )
                near.append(sentence_finding(sentence, FindingKind.NEAR_DUPLICATE_IN_TWO_SPLITS, message))
    return [*equal_sentences(splits), *sorted(near, key=_longest_first)]


def equal_sentences(splits: Mapping[str, Split]) -> list[Finding]:
    """Find texts that two splits have exactly, with their place in the later split; the longest first."""
    texts = _by_text(splits)
    found = [
        sentence_finding(
            sentence,
            FindingKind.SENTENCE_IN_TWO_SPLITS,
            f"{quote(text)} is in {later}, and in {earlier} at {_place(texts[earlier][text])}",
        )
        for earlier, later in combinations(splits, 2)
        for text, sentence in texts[later].items()
        if text in texts[earlier]
    ]
    return [*sorted(found, key=_longest_first)]


def _by_text(splits: Mapping[str, Split]) -> dict[str, dict[str, Sentence]]:
    """The first sentence of each text in each split."""
    return {name: {s.text: s for s in reversed(split.sentences)} for name, split in splits.items()}


class DistinctTexts:
    """Tells of each text of a stream whether it is new: not equal or nearly equal to an earlier one.

    What is nearly equal is as in `shared_sentences`.

    Args:
        known: earlier texts.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._equal: set[str] = set()
        self._trigrams: list[set[str]] = []
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for text in known:
            self.add(text)

    def add(self, text: str) -> bool:
        """Add a text if it is new, and return whether it is."""
        letters = _letters(text)
        key = letters if len(letters) >= _SHORTEST_EQUAL else text
        if key in self._equal:
            return False
        own = _trigrams(letters)
        if len(letters) >= _SHORTEST_SIMILAR:
            if any(_similarity(own, self._trigrams[number]) >= _SIMILAR for number in _sharing(own, self._holders)):
                return False
            for trigram in own:
                self._holders[trigram].append(len(self._trigrams))
            self._trigrams.append(own)
        self._equal.add(key)
        return True


def conflicting_labels(sentences: Iterable[Sentence]) -> list[Finding]:
    """Find texts with different labels, with the place of the rarest labelling; the longest first.

    Sentences with unknown characters don't count, because their missing labels may be the same.
    """
    by_text: defaultdict[str, defaultdict[_Spans, list[Sentence]]] = defaultdict(lambda: defaultdict(list))
    for sentence in sentences:
        if sentence.unknown:
            continue
        spans = tuple((entity.start, entity.end, entity.label) for entity in sentence.entities)
        by_text[sentence.text][spans].append(sentence)
    found = []
    for text, by_spans in by_text.items():
        if len(by_spans) > 1:
            labellings = sorted(by_spans.values(), key=len, reverse=True)
            usual, rare = labellings[0][0], labellings[-1][0]
            more = len(labellings[0]) - 1
            message = (
                f"{quote(text)}: {_difference(rare, usual)} here, {_difference(usual, rare)} at {_place(usual)}"
                f"{f' and {more:,} more' if more else ''}"
            )
            found.append(sentence_finding(rare, FindingKind.TEXT_LABELLED_IN_TWO_WAYS, message))
    return [*sorted(found, key=_longest_first)]


def _difference(sentence: Sentence, other: Sentence) -> str:
    """The entities that the other sentence doesn't have, as a text."""
    others = frozenset(other.entities)
    own = [entity for entity in sentence.entities if entity not in others]
    more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
    return (", ".join(map(describe, own[:_SHOWN])) or "nothing else") + more


def _place(sentence: Sentence) -> str:
    return f"{sentence.path}:{sentence.line}"


def _longest_first(found: SentenceFinding) -> tuple[int, str, int]:
    return -len(found.sentence.text), found.path, found.line


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _most_similar(earlier: Collection[str], later: Collection[str]) -> dict[str, tuple[str, float]]:
    """Find the most similar earlier text, and its similarity, for each later text that has a similar one.

    If two sets share at least n trigrams, they share at least one of any len - n + 1 trigrams of the first. So a text
    is compared only with texts that have one of its rarest trigrams (prefix filtering: Chaudhuri, Ganti and Kaushik,
    "A Primitive Operator for Similarity Joins in Data Cleaning", ICDE 2006), and with a thousand at most.
    """
    equal = {text for text in earlier if len(text) >= _SHORTEST_EQUAL}
    best = {text: (text, 1.0) for text in later if text in equal}
    sought = {text: _trigrams(text) for text in later if text not in equal and len(text) >= _SHORTEST_SIMILAR}
    candidates = _candidates(earlier, set().union(*sought.values()))
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, trigrams) in enumerate(candidates):
        for trigram in trigrams:
            holders[trigram].append(number)
    for text, own in sought.items():
        highest = 0.0
        for number in _sharing(own, holders):
            other, trigrams = candidates[number]
            similarity = _similarity(own, trigrams)
            if similarity > highest:
                highest = similarity
                if similarity >= _SIMILAR:
                    best[text] = (other, similarity)
                if similarity == 1:
                    break
    return best


def _sharing(own: set[str], holders: Mapping[str, Sequence[int]]) -> list[int]:
    """The numbers of the texts to compare with a text: those that have one of its rarest trigrams."""
    # Equally rare trigrams are sorted, because the order of a set differs from run to run.
    rarest = sorted(own, key=lambda trigram: (len(holders.get(trigram, ())), trigram))
    sharing = chain.from_iterable(holders.get(t, ()) for t in rarest[: len(own) - _required_overlap(own) + 1])
    return sorted(set(islice(sharing, _MOST_COMPARED)))


def _similarity(own: set[str], trigrams: set[str]) -> float:
    """The Jaccard similarity of two sets."""
    shared = len(own & trigrams)
    return shared / (len(own) + len(trigrams) - shared)


def _candidates(texts: Iterable[str], known: set[str]) -> list[tuple[str, set[str]]]:
    """The texts, with their trigrams, that share enough trigrams with `known` to be similar to a later text."""
    candidates = []
    for text in texts:
        trigrams = _trigrams(text)
        if len(text) >= _SHORTEST_SIMILAR and len(trigrams & known) >= _required_overlap(trigrams):
            candidates.append((text, trigrams))
    return candidates


def _required_overlap(trigrams: set[str]) -> int:
    """The minimum number of these trigrams that a similar text shares."""
    return ceil(_SIMILAR * len(trigrams))


def _trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}
