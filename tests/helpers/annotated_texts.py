"""Texts that formats have trouble with, and entities in them, for the properties of readers and writers."""

from itertools import pairwise

from hypothesis import strategies as st

from ner.data.entities import Entity, Sentence
from ner.data.unknown_spans import join_spans

HARD = "中a1 \t\n\r\0\x0b\x1c\x7f\x85\u3000\u00a0\u2028\ufeff\uffff𠀀😀e\u0301\"'<>&;[]{}/\\#-_"
LABELS = ["PER", "LOC", "ORG", "地名", "x-y", "company", "name with space"]


def _entity(text: str, start: int, end: int, label: str) -> Entity:
    return Entity(start, end, label, text[start:end])


@st.composite
def flat_sentences(draw: st.DrawFn, documents: tuple[str, ...] = ("",), *, partial: bool = False) -> list[Sentence]:
    """Sentences whose entities don't overlap, though they may touch; documents follow one another in order.

    If `partial`, some of what is between the entities is unknown.
    """
    gaps = ["", "?"] if partial else [""]
    sentences = []
    for text in draw(st.lists(st.text(HARD, min_size=1, max_size=12), min_size=1, max_size=4)):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)))))
        labels = [draw(st.sampled_from([*LABELS, *gaps])) for _ in cuts[1:]]
        pieces = [(start, end, label) for (start, end), label in zip(pairwise(cuts), labels, strict=True)]
        entities = tuple(_entity(text, *piece) for piece in pieces if piece[2] not in gaps)
        unknown = join_spans((start, end) for start, end, label in pieces if label == "?")
        sentences.append(Sentence(text, entities, document=draw(st.sampled_from(documents)), unknown=unknown))
    return sorted(sentences, key=lambda sentence: documents.index(sentence.document))


@st.composite
def overlapping_sentences(draw: st.DrawFn) -> list[Sentence]:
    """Sentences whose entities lie anywhere, in the order in which they are read."""
    sentences = []
    for text in draw(st.lists(st.text(HARD, min_size=1, max_size=9), min_size=1, max_size=3)):
        offsets = st.integers(0, len(text))
        spans = draw(st.sets(st.tuples(offsets, offsets, st.sampled_from(["PER", "ORG", "x-y"])), max_size=6))
        found = [_entity(text, *span) for span in sorted(spans) if span[0] < span[1]]
        found.sort(key=lambda entity: (entity.start, -entity.end))
        sentences.append(Sentence(text, tuple(found)))
    return sentences


def spans(sentences: list[Sentence]) -> list[list[tuple[int, int, str]]]:
    """The entities of each sentence without their texts; labels with spaces as formats write them."""
    return [[(e.start, e.end, e.label.replace(" ", "_")) for e in sentence.entities] for sentence in sentences]
