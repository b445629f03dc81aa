"""Surface forms that nearly always have the same label, but not everywhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import NamedTuple

from ner.checking.sentence_findings import in_context, quote, sentence_finding
from ner.checking.word_edges import WordEdges
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding

_SHARE = 0.2
_UNLIKELY = 0.05
_SHOWN = 3
_MOST_COUNTS = 20
_SMALLEST = 1e-300

Places = list[tuple[Sentence, int]]


class Surface(NamedTuple):
    """A surface form of two characters or more, with its places by type and its places without a label."""

    text: str
    labelled: dict[str, Places]
    unlabelled: Places


def surfaces(sentences: Sequence[Sentence]) -> list[Surface]:
    """Find the surface forms of all entities with two characters or more, with all their places.

    Places without a label are searched from left to right, the longest surface form first. Places inside a word of
    Latin letters or digits and places with unknown characters don't count. A place may be part of a longer Chinese
    word: there is no word segmentation.
    """
    labelled: dict[str, defaultdict[str, Places]] = {}
    for sentence in sentences:
        for entity in sentence.entities:
            if len(entity.text) > 1:
                labelled.setdefault(entity.text, defaultdict(list))[entity.label].append((sentence, entity.start))
    unlabelled: defaultdict[str, Places] = defaultdict(list)
    for sentence, start, surface in _outside(sentences, labelled):
        unlabelled[surface].append((sentence, start))
    return [Surface(surface, dict(places), unlabelled[surface]) for surface, places in labelled.items()]


def inconsistent_labels(sentences: Sequence[Sentence]) -> list[Finding]:
    """Find surface forms whose rarer label is too rare to be intended, the least likely first.

    A surface form with n places, m of them in the minority, is reported if P(X <= m) < 0.05 for X ~ Binomial(n, 0.2),
    that is, if an ambiguous surface form with a fifth of its places in the minority would rarely have so few.

    Two questions are asked: all types against the most common type, and places with a label against places without.
    A place without a label doesn't count if `WordEdges` finds that the surface form is part of a longer word there.

    Returns:
        One finding for each surface form and question.
    """
    doubts = [(_log_likelihood(doubt), doubt) for doubt in _doubts(sentences)]
    unlikely = [(logarithm, doubt) for logarithm, doubt in doubts if logarithm < log(_UNLIKELY)]
    unlikely.sort(key=lambda pair: pair[0])
    return [_finding(doubt, exp(logarithm)) for logarithm, doubt in unlikely]


@dataclass(frozen=True)
class _Doubt:
    """A surface form with its places in the minority, the number of all places, and the counts by label."""

    kind: FindingKind
    surface: str
    minority: Places
    total: int
    counts: list[str]


def _doubts(sentences: Sequence[Sentence]) -> Iterator[_Doubt]:
    """All surface forms that have two labels, or that have a label only in some places."""
    edges = WordEdges(sentences)
    for surface, labelled, unlabelled in surfaces(sentences):
        types = sorted(labelled, key=lambda type_: -len(labelled[type_]))
        counts = [f"{type_} {len(labelled[type_]):,}" for type_ in types]
        everywhere = [place for type_ in types for place in labelled[type_]]
        if others := everywhere[len(labelled[types[0]]) :]:
            yield _Doubt(FindingKind.SURFACE_LABELLED_AS_TWO_TYPES, surface, others, len(everywhere), counts)
        if len(unlabelled) >= len(everywhere):
            kind, minority = FindingKind.SURFACE_WITH_A_STRAY_LABEL, everywhere
        else:
            unlabelled = [(s, at) for s, at in unlabelled if edges.allow(s.text, at, at + len(surface))]
            kind, minority = FindingKind.SURFACE_WITH_A_LABEL_MISSING, unlabelled
        if minority:
            counts = [*counts, f"unlabelled {len(unlabelled):,}"]
            yield _Doubt(kind, surface, minority, len(everywhere) + len(unlabelled), counts)


def _log_likelihood(doubt: _Doubt) -> float:
    return log_binomial_tail(len(doubt.minority), doubt.total, _SHARE)


def _finding(doubt: _Doubt, probability: float) -> Finding:
    shown = f"p = {probability:.2g}" if probability > _SMALLEST else f"p < {_SMALLEST:g}"
    first = doubt.minority[0][0]
    examples = "; ".join(
        f"{_beside(first, sentence)}at {start}: {in_context(sentence, start, start + len(doubt.surface))}"
        for sentence, start in doubt.minority[:_SHOWN]
    )
    return sentence_finding(
        first, doubt.kind, f"{quote(doubt.surface)} is {_join_some(doubt.counts)} ({shown}): {examples}"
    )


def _join_some(counts: Sequence[str]) -> str:
    """Counts by label: the first, which are the largest, and the last, of places without a label."""
    left_out = len(counts) - _MOST_COUNTS
    shown = [*counts[: _MOST_COUNTS - 1], f"{left_out:,} others", counts[-1]] if left_out > 1 else counts
    return ", ".join(shown)


def _beside(first: Sentence, sentence: Sentence) -> str:
    """The place of a sentence for the message of a finding whose own place is the first sentence."""
    if sentence is first:
        return ""
    return f"line {sentence.line} " if sentence.path == first.path else f"{sentence.path}:{sentence.line} "


def log_binomial_tail(most: int, total: int, share: float) -> float:
    """The natural logarithm of P(X <= most) for X ~ Binomial(total, share)."""
    logarithms = [
        lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1) + k * log(share) + (total - k) * log1p(-share)
        for k in range(most + 1)
    ]
    highest = max(logarithms)
    return highest + log(sum(exp(logarithm - highest) for logarithm in logarithms))


def _outside(sentences: Iterable[Sentence], wanted: Iterable[str]) -> Iterator[tuple[Sentence, int, str]]:
    """The places of surface forms outside of all entities: sentence, start and surface form."""
    by_beginning: defaultdict[str, list[str]] = defaultdict(list)
    for surface in sorted(wanted, key=len, reverse=True):
        by_beginning[surface[:2]].append(surface)
    for sentence in sentences:
        text = sentence.text
        for start, end in _gaps(sentence):
            at = start
            while at < end - 1:
                candidates = by_beginning.get(text[at : at + 2], ())
                surface = next((s for s in candidates if text.startswith(s, at, end) and _is_whole(text, at, s)), "")
                if surface:
                    yield sentence, at, surface
                at += len(surface) or 1


def _gaps(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """The spans between the entities, without unknown characters."""
    start = 0
    for first, last in sorted([*((entity.start, entity.end) for entity in sentence.entities), *sentence.unknown]):
        if start < first:
            yield start, first
        start = max(start, last)
    yield start, len(sentence.text)


def _is_whole(text: str, start: int, surface: str) -> bool:
    """Whether a surface form is not part of a longer word of Latin letters or digits."""
    end = start + len(surface)
    return not (
        (start > 0 and _is_latin(text[start - 1]) and _is_latin(surface[0]))
        or (end < len(text) and _is_latin(text[end]) and _is_latin(surface[-1]))
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
