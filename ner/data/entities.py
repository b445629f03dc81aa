"""Annotated text: sentences and their entities."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from numbers import Integral
from operator import attrgetter
from typing import Any

from ner.data.tag_chunks import UNKNOWN, chunks
from ner.errors import InputError

_START, _END = attrgetter("start"), attrgetter("end")


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity in a text.

    >>> entity = Entity(2, 4, "LOC", "上海", score=0.98)
    >>> "我在上海。"[entity.start : entity.end]
    '上海'

    Always `text[entity.start:entity.end] == entity.text`.

    Args:
        start: the position of the first character, in Unicode code points of the original text.
        end: the position after the last character.
        label: the type.
        text: the characters of the entity.
        score: the probability of the entity according to the model, in [0, 1]; None for an annotated entity.
        source: what the entity comes from: `model`, `dictionary`, `rule`, or `both` if the model finds it without the
            lexicon too. None without a lexicon.
        id: the id of its entry in the lexicon; "" if there is none.
        model_score: the probability of the entity without the lexicon. None without a lexicon.
    """

    start: int
    end: int
    label: str
    text: str
    score: float | None = None
    source: str | None = field(default=None, repr=False)
    id: str = field(default="", repr=False)
    model_score: float | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The entity as a dict for JSON: start, end, label and text, and what else it has of score, source and id.

        >>> Entity(2, 4, "LOC", "上海", score=0.98).to_dict()
        {'start': 2, 'end': 4, 'label': 'LOC', 'text': '上海', 'score': 0.98}
        """
        others = {"score": self.score, "source": self.source, "id": self.id or None}
        given = {name: value for name, value in others.items() if value is not None}
        return {"start": self.start, "end": self.end, "label": self.label, "text": self.text, **given}


EntityLike = Entity | tuple[int, int, str] | Mapping[str, Any]
"""An entity, a tuple `(start, end, label)`, or a dict with these three keys."""


@dataclass(frozen=True, slots=True, init=False)
class Sentence:
    """A text and its entities.

    >>> Sentence("王小明在上海。", [(0, 3, "PER"), {"start": 4, "end": 6, "label": "LOC"}]).entities[1].text
    '上海'

    Args:
        text: the text.
        entities: its entities. They are stored in order of position.
        path: the file of the sentence, "" if there is none.
        line: the line of the file where the sentence begins, from 1; 0 if there is none.
        document: the name of its document, "" if it is unknown.
        unknown: the parts of the text that nobody has annotated, as (start, end). They are in order, don't touch each
            other, and contain no entity.
        looked_for: the types that annotators have looked for; () for all. Characters outside of entities may belong to
            entities of other types.

    Raises:
        InputError: `text` is not a string, or a tuple or a dict is not a span of it with a type.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    path: str = ""
    line: int = 0
    document: str = ""
    unknown: tuple[tuple[int, int], ...] = ()
    looked_for: tuple[str, ...] = ()

    def __init__(
        self,
        text: str,
        entities: Iterable[EntityLike] = (),
        path: str = "",
        line: int = 0,
        document: str = "",
        unknown: tuple[tuple[int, int], ...] = (),
        looked_for: tuple[str, ...] = (),
    ) -> None:
        if not isinstance(text, str):
            raise InputError(f"expected `text` to be a text, got {text!r:.60}")
        found = entities if type(entities) is tuple else tuple(_as_list(entities, "entities"))
        for entity in found:
            if type(entity) is not Entity:
                found = _as_entities(text, found)
                break
        set_field = object.__setattr__
        set_field(self, "text", text)
        set_field(self, "entities", found)
        set_field(self, "path", path)
        set_field(self, "line", line)
        set_field(self, "document", document)
        set_field(self, "unknown", unknown)
        set_field(self, "looked_for", looked_for)

    @classmethod
    def from_tags(cls, characters: Sequence[str], tags: Sequence[str]) -> "Sentence":
        """Make a sentence from tags, one for each character or word, in any scheme.

        Illegal sequences are read as conlleval reads them. The tag "?" marks characters that nobody has annotated.

        >>> Sentence.from_tags("张伟去上海", ["B-PER", "E-PER", "O", "B-LOC", "I-LOC"]).entities[1].text
        '上海'

        Args:
            characters: a text, or a list of characters or words.
            tags: one tag for each character or word.

        Raises:
            InputError: the number of tags is wrong, or a tag or a character is malformed.
        """
        characters, tags = _as_texts(characters, "characters"), _as_texts(tags, "tags")
        if len(characters) != len(tags):
            raise InputError(
                f"expected `tags` to contain one tag for each of {len(characters)} characters, got {len(tags)}"
            )
        for tag in tags:
            if tag not in ("O", UNKNOWN) and (tag[1:2] != "-" or len(tag) < 3):
                raise InputError(f"expected `tags` to be O, ? or a prefix with a type, for example B-PER, got {tag!r}")
        text = "".join(characters)
        offsets = [0, *accumulate(map(len, characters))]
        spans = [(offsets[start], offsets[end], label) for start, end, label in chunks(tags)]
        unknown: list[tuple[int, int]] = []
        for tag, start, end in zip(tags, offsets, offsets[1:], strict=False):
            if tag == UNKNOWN and start < end:
                joined = unknown.pop()[0] if unknown and unknown[-1][1] == start else start
                unknown.append((joined, end))
        return cls(text, spans, unknown=tuple(unknown))

    def to_tags(self, scheme: str = "BIO") -> list[str]:
        """One tag for each character, with "?" for those that nobody has annotated.

        >>> Sentence("张伟去上海", [(0, 2, "PER"), (3, 5, "LOC")]).to_tags()
        ['B-PER', 'I-PER', 'O', 'B-LOC', 'I-LOC']

        Args:
            scheme: BIO, IO, IOB1, BIOES, BMES or BILOU. Of entities that overlap, the longest counts.

        Raises:
            InputError: there is no such scheme.
        """
        from ner.data.schemes import SCHEMES, entities_to_tags  # which reads entities

        if scheme not in SCHEMES:
            raise InputError(f"expected `scheme` to be one of {', '.join(SCHEMES)}, got {scheme!r:.60}")
        return entities_to_tags(drop_overlaps(self.entities), len(self.text), SCHEMES[scheme], self.unknown)

    def to_spacy(self, vocab: Any = None) -> Any:
        """A `Doc` of spaCy with one token per character, and the entities in `Doc.ents`.

        It needs the extra `spacy`. Of entities that overlap, `Doc.ents` has the longest, and the span group "sc" has
        all of them.

        Args:
            vocab: the vocabulary that the document shares, such as `nlp.vocab`; None for a new one.

        Raises:
            InputError: spaCy is not installed.
        """
        from ner.data.formats.docbin import make_doc  # which reads entities

        return make_doc(self, vocab)


def _as_entities(text: str, entities: Iterable[EntityLike]) -> tuple[Entity, ...]:
    """Convert tuples and dicts to entities of `text`, in order of position."""
    return tuple(sorted((_as_entity(text, entity) for entity in entities), key=lambda e: (e.start, -e.end)))


def _as_entity(text: str, entity: EntityLike) -> Entity:
    if isinstance(entity, Entity):
        return entity
    try:
        if isinstance(entity, Mapping):
            start, end, label = entity["start"], entity["end"], entity["label"]
        else:
            start, end, label = entity
    except (KeyError, ValueError, TypeError):
        raise InputError(
            f"expected `entities` to contain (start, end, label) or dicts with these keys, got {entity!r}"
        ) from None
    whole = (isinstance(offset, Integral) and not isinstance(offset, bool) for offset in (start, end))
    if not (all(whole) and isinstance(label, str) and label):
        raise InputError(f"expected an entity of `entities` to be two whole numbers and a type, got {entity!r}")
    if not 0 <= start < end <= len(text):
        raise InputError(f"expected `entities` to lie within the {len(text)} characters of the text, got {entity!r}")
    return Entity(int(start), int(end), label, text[start:end])


def _as_list(values: Any, name: str) -> list[Any]:
    try:
        return [*values]
    except TypeError:
        raise InputError(f"expected `{name}` to be a list, got {values!r:.60}") from None


def _as_texts(values: Any, name: str) -> list[str]:
    texts = _as_list(values, name)
    for number, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise InputError(f"expected `{name}` to contain texts, got {text!r:.60} at {number}")
    return texts


def drop_overlaps(entities: Iterable[Entity]) -> list[Entity]:
    """Drop every entity that overlaps a longer one. The result is in order of position."""
    in_order = sorted(entities, key=lambda entity: (entity.start, entity.end))
    if all(left.end <= right.start for left, right in pairwise(in_order)):
        return in_order
    kept: list[Entity] = []  # always in order, so only the two neighbors of an entity can overlap it
    for entity in sorted(in_order, key=lambda entity: (entity.start - entity.end, entity.start)):
        at = bisect_left(kept, entity.start, key=_START)
        if (at == 0 or kept[at - 1].end <= entity.start) and (at == len(kept) or entity.end <= kept[at].start):
            kept.insert(at, entity)
    return kept


def pair_overlaps(entities: Iterable[Entity], kept: Sequence[Entity]) -> Iterator[tuple[Entity, Entity]]:
    """Each entity that `drop_overlaps` dropped, with the first kept entity that it overlaps."""
    all_kept = frozenset(kept)
    for entity in entities:
        if entity not in all_kept:
            yield entity, kept[bisect_right(kept, entity.start, key=_END)]
