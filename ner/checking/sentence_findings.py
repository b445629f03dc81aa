"""Findings about sentences, and how their messages quote sentences and entities."""

from dataclasses import dataclass, field

from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.pages.highlight import visible

_AROUND = 10
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class SentenceFinding(Finding):
    """A finding about a sentence, which a report can show."""

    sentence: Sentence = field(kw_only=True)


def sentence_finding(sentence: Sentence, kind: FindingKind, message: str) -> SentenceFinding:
    """A finding at the place of the sentence."""
    return SentenceFinding(sentence.path, sentence.line, kind, message, sentence=sentence)


def quote(text: str) -> str:
    """The text in quotation marks. The middle of a long text is left out."""
    half = _LONGEST // 2
    short = text if len(text) <= _LONGEST else f"{text[:half]}...{text[-half:]}"
    return f"'{visible(short)}'"


def describe(entity: Entity) -> str:
    """An entity with its text, type and offsets."""
    return f"{quote(entity.text)} ({visible(entity.label)}, {entity.start} to {entity.end})"


def in_context(sentence: Sentence, start: int, end: int) -> str:
    """A span of a sentence between 【 and 】, with ten characters on each side."""
    text = sentence.text
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    span = (
        text[start:end] if end - start <= _LONGEST else f"{text[start : start + _AROUND]}...{text[end - _AROUND : end]}"
    )
    left, right = "..." * (start > _AROUND), "..." * (end + _AROUND < len(text))
    return f"{left}{visible(before)}【{visible(span)}】{visible(after)}{right}"
