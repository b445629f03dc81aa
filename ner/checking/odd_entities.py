"""Entities with suspicious edges or lengths, and types that can't be learned."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from ner.checking.sentence_findings import describe, in_context, sentence_finding
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence, drop_overlaps, pair_overlaps
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding

_LONG = 20
_RARE = 20
_SENTENCE_ENDS = frozenset("。！？!?\n")
_PAIRS = {"《": "》", "〈": "〉", "“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】"}
_PAIRS |= {"[": "]", "［": "］", "〔": "〕", "{": "}", "<": ">", "＜": "＞", '"': '"', "'": "'"}
_CLOSED_BY = {closing: opening for opening, closing in _PAIRS.items()}
_PART_OF_WORDS = frozenset("%％‰#＃@＠&＆*＊_°′″")
"""Punctuation in Unicode, but often the first or last character of a name or an amount."""


def odd_spans(sentences: Iterable[Sentence]) -> list[Finding]:
    """Find entities with white space or punctuation at an edge, or with the end of a sentence inside.

    These are no findings: a bracket or quotation mark whose partner is in the entity, the text between such a pair,
    the mark after a Latin name such as Inc. or Yahoo!, and signs such as % and #.
    """
    found: list[Finding] = []
    for sentence in sentences:
        for entity in sentence.entities:
            text = entity.text
            if text.isalnum():  # true for nearly all entities
                continue
            place = in_context(sentence, entity.start, entity.end)
            if text != text.strip():
                edges = _edges("white space", text[0].isspace(), text[-1].isspace())
                found.append(
                    sentence_finding(
                        sentence, FindingKind.WHITE_SPACE_AT_AN_EDGE, f"{describe(entity)} {edges}: {place}"
                    )
                )
            stripped = text.strip()
            if stripped and (_is_odd_start(stripped) or _is_odd_end(stripped)):
                edges = _edges("punctuation", _is_odd_start(stripped), _is_odd_end(stripped))
                found.append(
                    sentence_finding(
                        sentence, FindingKind.PUNCTUATION_AT_AN_EDGE, f"{describe(entity)} {edges}: {place}"
                    )
                )
            if _ends_inside(stripped):
                message = f"{describe(entity)} continues after the end of a sentence: {place}"
                found.append(sentence_finding(sentence, FindingKind.SENTENCE_END_INSIDE_AN_ENTITY, message))
    return found


def long_entities(sentences: Iterable[Sentence]) -> list[Finding]:
    """Find entities that are much longer than others of their type, the longest first.

    They are longer than 20 characters, and longer than the upper quartile of the type plus three times the
    interquartile range (Tukey's "far out"). An ASCII character counts half.
    """
    by_type: defaultdict[str, list[tuple[float, Sentence, Entity]]] = defaultdict(list)
    for sentence in sentences:
        for entity in sentence.entities:
            by_type[entity.label].append((_width(entity.text), sentence, entity))
    found: list[tuple[float, Finding]] = []
    for label, places in by_type.items():
        lower, median, upper = np.quantile([width for width, _, _ in places], [0.25, 0.5, 0.75])
        longest = max(_LONG, upper + 3 * (upper - lower))
        for width, sentence, entity in places:
            if width > longest:
                length = len(entity.text)
                message = f"{describe(entity)} has {length:,} characters; half of all {label} have at most {median:g}"
                found.append((width, sentence_finding(sentence, FindingKind.UNUSUALLY_LONG_ENTITY, message)))
    found.sort(key=lambda pair: -pair[0])
    return [sentence_finding for _, sentence_finding in found]


def overlapping_entities(sentences: Iterable[Sentence]) -> list[Finding]:
    """Find entities that overlap a longer entity."""
    return [
        sentence_finding(sentence, FindingKind.OVERLAPPING_ENTITIES, f"{describe(entity)} overlaps {describe(other)}")
        for sentence in sentences
        for entity, other in pair_overlaps(sentence.entities, drop_overlaps(sentence.entities))
    ]


def types_with_one_name(splits: Mapping[str, Split]) -> list[Finding]:
    """Find types whose names are the same but for case, width, spaces and the like, at the first use of the rarer."""
    counts: Counter[str] = sum((split.types for split in splits.values()), Counter())
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for label, _ in counts.most_common():
        alike["".join(unicodedata.normalize("NFKC", label).casefold().split())].append(label)
    usual = {rarer: labels[0] for labels in alike.values() for rarer in labels[1:]}
    found: dict[str, Finding] = {}
    for sentence in (sentence for split in splits.values() if usual for sentence in split.sentences):
        for label in {entity.label for entity in sentence.entities} & usual.keys() - found.keys():
            other = usual[label]
            message = f"type {label} ({counts[label]:,}) and type {other} ({counts[other]:,})"
            found[label] = sentence_finding(sentence, FindingKind.TYPES_WITH_ONE_NAME, message)
    return [*found.values()]


def scarce_types(splits: Mapping[str, Split]) -> list[Finding]:
    """Find types with fewer than 20 entities in train, and types that only other splits have.

    A single file counts as train. Messages call it "the file", because its purpose is unknown.
    """
    if "train" not in splits:
        return []
    where = "train" if len(splits) > 1 else "the file"
    counts = {name: split.types for name, split in splits.items()}
    train = counts["train"]
    found: list[Finding] = []
    first: dict[tuple[str, str], Sentence] = {}
    for name, split in splits.items():
        for sentence in split.sentences:
            for entity in sentence.entities:
                first.setdefault((entity.label, name), sentence)
    for label, name in first:
        count = counts[name][label]
        if name == "train" and count < _RARE:
            message = f"type {label} has {count} in {where}; expected {_RARE} or more"
            found.append(sentence_finding(first[label, name], FindingKind.RARE_TYPE, message))
        elif label not in train:
            message = f"type {label} has {count:,} in {name} and none in train"
            found.append(sentence_finding(first[label, name], FindingKind.TYPE_NOT_IN_TRAIN, message))
    return found


def unlabelled_splits(splits: Mapping[str, Split]) -> list[Finding]:
    """Find splits that have sentences, but no entities."""
    return [
        Finding(split.path, 0, FindingKind.NO_ENTITIES, f"no entities; sentences: {len(split.sentences):,}")
        for split in splits.values()
        if split.sentences and not split.types
    ]


def unscorable_splits(splits: Mapping[str, Split]) -> list[Finding]:
    """Find the first sentence of dev and of test with unknown characters, which can't be used for scores."""
    found: list[Finding] = []
    for name in ("dev", "test"):
        partial = [s for s in splits[name].sentences if s.unknown] if name in splits else []
        if partial:
            message = f"characters with the tag ? in {name}: {splits[name].unknown:,}; sentences: {len(partial):,}"
            found.append(sentence_finding(partial[0], FindingKind.UNKNOWN_TAGS_OUTSIDE_TRAIN, message))
    return found


def train_without_outside(splits: Mapping[str, Split]) -> list[Finding]:
    """Report train if it has entities, but no character with the tag O."""
    train = splits.get("train")
    if not train or not train.types or train.outside:
        return []
    message = f"no character with the tag O in train; in entities: {train.characters - train.unknown:,}"
    return [Finding(train.path, 0, FindingKind.NOTHING_OUTSIDE_OF_ENTITIES, message)]


def _width(text: str) -> float:
    """The number of characters. ASCII characters count half, because Latin words have more characters."""
    return len(text) - sum(map(str.isascii, text)) / 2


def _edges(what: str, at_start: bool, at_end: bool) -> str:
    verbs = [verb for verb, true in (("begins", at_start), ("ends", at_end)) if true]
    return f"{' and '.join(verbs)} with {what}"


def _is_odd_start(text: str) -> bool:
    mark = text[0]
    return _is_punctuation(mark) and (mark not in _PAIRS or _PAIRS[mark] not in text[1:])


def _is_odd_end(text: str) -> bool:
    mark = text[-1]
    if _ends_latin_name(text, len(text) - 1):
        return False
    return _is_punctuation(mark) and (mark not in _CLOSED_BY or _CLOSED_BY[mark] not in text[:-1])


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] == "P" and character not in _PART_OF_WORDS


def _ends_latin_name(text: str, at: int) -> bool:
    """Whether a mark is part of the Latin name before it, as in "Inc." and "Yahoo!"."""
    return text[at] in ".!" and text[at - 1 : at].isascii() and text[at - 1 : at].isalpha()


def _ends_inside(text: str) -> bool:
    """Whether a sentence ends before the last character, and not inside brackets or quotation marks."""
    open_until = ""
    for at, character in enumerate(text):
        if open_until:
            open_until = "" if character == open_until else open_until
        elif character in _PAIRS and _PAIRS[character] in text[at + 1 :]:
            open_until = _PAIRS[character]
        elif character in _SENTENCE_ENDS and at < len(text) - 1 and not _ends_latin_name(text, at):
            return True
    return False
