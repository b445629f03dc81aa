"""Merging several data sets into one: common names for entity types, and no repeated sentences."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ner.data.data_split import Split, is_label
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.type_table import map_types
from ner.data.unknown_spans import Spans
from ner.errors import InputError
from ner.quantities import counted

_LOGGER = logging.getLogger("ner")


def merge_sentences(
    data_sets: Iterable[Iterable[Sentence]], *, types: Mapping[str, str | None] | None = None
) -> list[Sentence]:
    """Merge several data sets into one. Types get common names, and repeated sentences are left out.

    Findings, for example sentences with two different annotations, are logged by the logger `ner`.

    >>> one, other = [Sentence("我在上海。", [(2, 4, "LOC")])], [Sentence("我在北京。", [(2, 4, "GPE")])]
    >>> merged = merge_sentences([one, other], types={"GPE": "LOC"})
    >>> [sentence.entities[0].label for sentence in merged]
    ['LOC', 'LOC']

    Args:
        data_sets: lists of sentences.
        types: the new name for each type, None to remove its entities. Types that are not in it keep their names.

    Raises:
        InputError: a data set contains anything but sentences, or a new name is no text.
    """
    for name in (types or {}).values():
        if name is not None and not is_label(name):
            raise InputError(f"expected a new name in `types` to be a text, or None to remove a type, got {name!r:.60}")
    splits = [Split.from_sentences(sentences, f"data set {i}") for i, sentences in enumerate(data_sets, 1)]
    merged, findings = merge(splits, types or {})
    for finding in findings:
        _LOGGER.info("%s", finding)
    return merged


def merge(splits: Sequence[Split], mapping: Mapping[str, str | None]) -> tuple[list[Sentence], list[Finding]]:
    """Merge splits into one list of sentences.

    A sentence is left out if an earlier split has the same text with the same entities. If an earlier split has the
    same text only with other entities, both sentences are kept and a finding is reported. Unknown characters are
    compared like entities.

    Args:
        splits: in order of priority.
        mapping: the new name for each type, None to remove its entities. Types that are not in it keep their names.

    Returns:
        The sentences in order, and findings: repeated sentences, conflicts, and types that a mapping doesn't have.
    """
    findings = _find_unmapped(splits, mapping) if mapping else []
    merged: list[Sentence] = []
    seen: dict[str, list[Sentence]] = {}
    for split in splits:
        new: defaultdict[str, list[Sentence]] = defaultdict(list)
        repeated = []
        for sentence in split.sentences:
            sentence = replace(sentence, entities=map_types(sentence.entities, mapping))
            alike = seen.get(sentence.text, [])
            if any(_annotation(other) == _annotation(sentence) for other in alike):
                repeated.append(sentence)
                continue
            if alike:
                findings.append(_conflict(sentence, alike[0]))
            merged.append(sentence)
            new[sentence.text].append(sentence)
        # Only after the split: sentences that repeat within one split are kept.
        for text, sentences in new.items():
            seen.setdefault(text, []).extend(sentences)
        if repeated:
            findings.append(_repeat_finding(repeated, split.path))
    return merged, findings


def _find_unmapped(splits: Sequence[Split], mapping: Mapping[str, str | None]) -> list[Finding]:
    """A finding for each type that is not in the mapping, at the first sentence with that type."""
    counts: Counter[str] = sum((split.types for split in splits), Counter())
    first: dict[str, Sentence] = {}
    for split in splits:
        for sentence in split.sentences:
            for entity in sentence.entities:
                if entity.label not in mapping:
                    first.setdefault(entity.label, sentence)
    return [
        Finding(
            sentence.path,
            sentence.line,
            FindingKind.TYPE_NOT_IN_THE_TABLE,
            f"type {label} is not in the table and was kept; this is the first of {counts[label]:,}",
        )
        for label, sentence in first.items()
    ]


def _repeat_finding(repeated: list[Sentence], path: str) -> Finding:
    count = counted(len(repeated), "sentence")
    message = (
        f"{count} left out, which an earlier source has with the same entities; the first is {_place(repeated[0])}"
    )
    return Finding(path, 0, FindingKind.REPEATED_SENTENCES_LEFT_OUT, message)


def _conflict(sentence: Sentence, other: Sentence) -> Finding:
    here = _list_entities(entity for entity in sentence.entities if _span(entity) not in _spans(other))
    there = _list_entities(entity for entity in other.entities if _span(entity) not in _spans(sentence))
    if _spans(sentence) == _spans(other):
        message = f"{_place(other)} has the same text with other unknown characters, and both were kept"
    else:
        difference = f"{here} here, {there} there"
        message = f"{_place(other)} has the same text with other entities, and both were kept: {difference}"
    return Finding(sentence.path, sentence.line, FindingKind.CONFLICTING_ANNOTATION, message)


def _list_entities(entities: Iterable[Entity]) -> str:
    return ", ".join(f"{entity.text} ({entity.label})" for entity in entities) or "none"


def _place(sentence: Sentence) -> str:
    return f"{sentence.path}:{sentence.line}"


def _span(entity: Entity) -> tuple[int, int, str]:
    return entity.start, entity.end, entity.label


def _annotation(sentence: Sentence) -> tuple[set[tuple[int, int, str]], Spans]:
    return _spans(sentence), sentence.unknown


def _spans(sentence: Sentence) -> set[tuple[int, int, str]]:
    return {_span(entity) for entity in sentence.entities}
