"""Surface forms that are nearly always labelled in one way, and somewhere in another."""

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
_SMALLEST = 1e-300

Places = list[tuple[Sentence, int]]


class Surface(NamedTuple):
    """A form of two characters or more with the places where it stands: by type, and where it has no label."""

    form: str
    labelled: dict[str, Places]
    unlabelled: Places


def surfaces(sentences: Sequence[Sentence]) -> list[Surface]:
    """All forms of entities with two characters or more.

    Where they stand outside of all entities is found from left to right, the longest form first, and within no word
    of Latin letters or digits, nor where a character is unknown. Whether they are part of a longer Chinese word can't
    be told without segmentation.
    """
    labelled: dict[str, defaultdict[str, Places]] = {}
    for sentence in sentences:
        for entity in sentence.entities:
            if len(entity.text) > 1:
                labelled.setdefault(entity.text, defaultdict(list))[entity.label].append((sentence, entity.start))
    unlabelled: defaultdict[str, Places] = defaultdict(list)
    for sentence, start, form in _outside(sentences, labelled):
        unlabelled[form].append((sentence, start))
    return [Surface(form, dict(places), unlabelled[form]) for form, places in labelled.items()]


def inconsistent_labels(sentences: Sequence[Sentence]) -> list[Finding]:
    """One finding for each form whose rarer labelling is too rare to be meant, the most unlikely first.

    A form with n places, m of them in the minority, is listed if at most m would be seen with a probability below
    0.05 were the form truly ambiguous, with a fifth of its places in the minority: the lower tail of the binomial
    distribution. It is asked of the types of a form, all but the commonest being the minority, and of its labelled
    places against those outside of all entities. A label isn't missing where the form is cut out of a longer word,
    as far as `WordEdges` can tell.
    """
    doubts = [(_log_likelihood(doubt), doubt) for doubt in _doubts(sentences)]
    unlikely = [(logarithm, doubt) for logarithm, doubt in doubts if logarithm < log(_UNLIKELY)]
    unlikely.sort(key=lambda pair: pair[0])
    return [_finding(doubt, exp(logarithm)) for logarithm, doubt in unlikely]


@dataclass(frozen=True)
class _Doubt:
    """A form with places in the minority among all that count; `counts` says how many there are of each sort."""

    kind: FindingKind
    form: str
    minority: Places
    total: int
    counts: list[str]


def _doubts(sentences: Sequence[Sentence]) -> Iterator[_Doubt]:
    """All forms that are labelled in two ways."""
    edges = WordEdges(sentences)
    for form, labelled, unlabelled in surfaces(sentences):
        types = sorted(labelled, key=lambda type_: -len(labelled[type_]))
        counts = [f"{type_} {len(labelled[type_]):,}" for type_ in types]
        everywhere = [place for type_ in types for place in labelled[type_]]
        if others := everywhere[len(labelled[types[0]]) :]:
            yield _Doubt(FindingKind.SURFACE_LABELLED_AS_TWO_TYPES, form, others, len(everywhere), counts)
        if len(unlabelled) >= len(everywhere):
            kind, minority = FindingKind.SURFACE_WITH_A_STRAY_LABEL, everywhere
        else:
            unlabelled = [(s, at) for s, at in unlabelled if edges.allow(s.text, at, at + len(form))]
            kind, minority = FindingKind.SURFACE_WITH_A_LABEL_MISSING, unlabelled
        if minority:
            counts = [*counts, f"unlabelled {len(unlabelled):,}"]
            yield _Doubt(kind, form, minority, len(everywhere) + len(unlabelled), counts)


def _log_likelihood(doubt: _Doubt) -> float:
    return log_binomial_tail(len(doubt.minority), doubt.total, _SHARE)


def _finding(doubt: _Doubt, probability: float) -> Finding:
    shown = f"p = {probability:.2g}" if probability > _SMALLEST else f"p < {_SMALLEST:g}"
    first = doubt.minority[0][0]
    examples = "; ".join(
        f"{_beside(first, sentence)}at {start}: {in_context(sentence, start, start + len(doubt.form))}"
        for sentence, start in doubt.minority[:_SHOWN]
    )
    return sentence_finding(
        first, doubt.kind, f"{quote(doubt.form)} is {', '.join(doubt.counts)} ({shown}): {examples}"
    )


def _beside(first: Sentence, sentence: Sentence) -> str:
    """The place of a sentence in the message of a finding whose place is that of the first."""
    if sentence is first:
        return ""
    return f"line {sentence.line} " if sentence.path == first.path else f"{sentence.path}:{sentence.line} "


def log_binomial_tail(most: int, total: int, share: float) -> float:
    """The natural logarithm of the probability of at most `most` among `total`, each with the probability `share`."""
    logarithms = [
        lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1) + k * log(share) + (total - k) * log1p(-share)
        for k in range(most + 1)
    ]
    highest = max(logarithms)
    return highest + log(sum(exp(logarithm - highest) for logarithm in logarithms))


def _outside(sentences: Iterable[Sentence], forms: Iterable[str]) -> Iterator[tuple[Sentence, int, str]]:
    """The forms that stand outside of all entities, with their sentence and start."""
    by_beginning: defaultdict[str, list[str]] = defaultdict(list)
    for form in sorted(forms, key=len, reverse=True):
        by_beginning[form[:2]].append(form)
    for sentence in sentences:
        text = sentence.text
        for start, end in _gaps(sentence):
            at = start
            while at < end - 1:
                candidates = by_beginning.get(text[at : at + 2], ())
                form = next((f for f in candidates if text.startswith(f, at, end) and _is_whole(text, at, f)), "")
                if form:
                    yield sentence, at, form
                at += len(form) or 1


def _gaps(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """What lies between the entities and is not unknown, as (start, end)."""
    start = 0
    for first, last in sorted([*((entity.start, entity.end) for entity in sentence.entities), *sentence.unknown]):
        if start < first:
            yield start, first
        start = max(start, last)
    yield start, len(sentence.text)


def _is_whole(text: str, start: int, form: str) -> bool:
    """Whether a form is not cut out of a word of Latin letters or digits."""
    end = start + len(form)
    return not (
        (start > 0 and _is_latin(text[start - 1]) and _is_latin(form[0]))
        or (end < len(text) and _is_latin(text[end]) and _is_latin(form[-1]))
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
