"""Tag schemes, and converting between entities and one tag per character.

A tag is "O", or a prefix, a hyphen and a type, for example "B-PER". A scheme defines the prefixes for the first
character of an entity, for characters inside it, for its last character, and for an entity of one character. The tag
"?" belongs to no scheme. It marks a character that nobody has annotated. Its neighbors are read like neighbors of "O",
because an entity is annotated completely or not at all.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ner.data.entities import Entity
from ner.data.tag_chunks import OUTSIDE as OUTSIDE
from ner.data.tag_chunks import UNKNOWN as UNKNOWN
from ner.data.tag_chunks import chunks as chunks
from ner.data.tag_chunks import split_tag as split_tag


@dataclass(frozen=True)
class Scheme:
    """The prefixes of one tag scheme.

    Args:
        name: the name of the scheme.
        begin: the prefix of the first character of an entity.
        inside: the prefix of the characters between the first and the last.
        end: the prefix of the last character.
        single: the prefix of an entity of one character.
        adjacent: only in IOB1: replaces the first prefix of an entity that directly follows an entity of the same type.
    """

    name: str
    begin: str
    inside: str
    end: str
    single: str
    adjacent: str = ""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The distinct prefixes. Those that start an entity come first."""
        roles = (self.adjacent, self.begin, self.inside, self.end, self.single)
        return tuple(prefix for prefix in dict.fromkeys(roles) if prefix)


BIO = Scheme("BIO", "B", "I", "I", "B")
"""Also called IOB2."""
IO = Scheme("IO", "I", "I", "I", "I")
"""Adjacent entities of one type become one entity in this scheme."""
IOB1 = Scheme("IOB1", "I", "I", "I", "I", adjacent="B")
BIOES = Scheme("BIOES", "B", "I", "E", "S")
BMES = Scheme("BMES", "B", "M", "E", "S")
"""Also called BMESO."""
BILOU = Scheme("BILOU", "B", "I", "L", "U")

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (BIO, IO, IOB1, BIOES, BMES, BILOU)}
"""The schemes by name. `detect` prefers them in this order."""

PREFIXES: tuple[str, ...] = tuple(dict.fromkeys(p for scheme in SCHEMES.values() for p in scheme.prefixes))
"""Every prefix of every scheme."""


def labels(scheme: Scheme, types: Sequence[str]) -> list[str]:
    """All tags of a scheme: first "O", then the tags of each type in the given order."""
    return [OUTSIDE, *(f"{prefix}-{type_}" for type_ in types for prefix in scheme.prefixes)]


def is_tag(tag: str) -> bool:
    """Whether `tag` is "O", "?", or a known prefix with a type."""
    prefix, type_ = split_tag(tag)
    return tag in (OUTSIDE, UNKNOWN) or (prefix in PREFIXES and type_ != "")


def entities_to_tags(
    entities: Iterable[Entity], length: int, scheme: Scheme, unknown: Iterable[tuple[int, int]] = ()
) -> list[str]:
    """Convert the entities of a text to tags.

    Args:
        entities: the entities.
        length: the number of characters of the text.
        scheme: the scheme of the tags.
        unknown: the parts of the text, as (start, end), whose characters get the tag "?".

    Returns:
        One tag for each character.

    Raises:
        ValueError: an entity or an unknown part is empty, outside the text, or overlaps another one.
    """
    tags = [OUTSIDE] * length
    previous: Entity | None = None
    for entity in sorted(entities, key=lambda entity: entity.start):
        if not 0 <= entity.start < entity.end <= length:
            raise ValueError(f"expected an entity within 0 to {length}, got {entity}")
        if previous and entity.start < previous.end:
            raise ValueError(f"expected entities that don't overlap, got {previous} and {entity}")
        size = entity.end - entity.start
        prefixes = [scheme.begin, *[scheme.inside] * (size - 2), scheme.end] if size > 1 else [scheme.single]
        if scheme.adjacent and previous and (previous.end, previous.label) == (entity.start, entity.label):
            prefixes[0] = scheme.adjacent
        tags[entity.start : entity.end] = [f"{prefix}-{entity.label}" for prefix in prefixes]
        previous = entity
    for start, end in unknown:
        if not 0 <= start < end <= length or {*tags[start:end]} != {OUTSIDE}:
            raise ValueError(f"expected unknown parts within 0 to {length}, outside entities, got {(start, end)}")
        tags[start:end] = [UNKNOWN] * (end - start)
    return tags


def tags_to_entities(tags: Sequence[str], text: str, scheme: Scheme) -> tuple[list[Entity], int]:
    """Convert tags to entities. Illegal tags are read as `chunks` reads them.

    Args:
        tags: one tag for each character of the text.
        text: the text.
        scheme: the scheme, which determines the repairs.

    Returns:
        The entities, and the number of repairs: transitions between tags that the scheme doesn't allow, including those
        at the beginning and the end of the text.

    Raises:
        ValueError: the number of tags differs from the number of characters.
    """
    if len(tags) != len(text):
        raise ValueError(f"expected one tag for each of {len(text)} characters, got {len(tags)} tags")
    entities = [Entity(start, end, type_, text[start:end]) for start, end, type_ in chunks(tags)]
    return entities, sum(not is_legal(scheme, *transition) for transition in pairwise((None, *tags, None)))


@lru_cache(maxsize=65536)
def is_legal(scheme: Scheme, previous: str | None, following: str | None) -> bool:
    """Whether the tag `following` may directly follow the tag `previous`. None is the boundary of a sentence.

    `entities_to_tags` can make a sequence of tags if and only if all its transitions are legal, with None before the
    first tag and after the last one.
    """
    left, left_type = split_tag(previous or OUTSIDE)
    right, right_type = split_tag(following or OUTSIDE)
    goes_on = left in (scheme.begin, scheme.inside, scheme.adjacent) and right in (scheme.inside, scheme.end)
    if goes_on and left_type == right_type:
        return True
    same_type = left_type == right_type != ""
    starts = (scheme.adjacent,) if scheme.adjacent and same_type else (scheme.begin, scheme.single)
    return left in (OUTSIDE, scheme.end, scheme.single, scheme.adjacent) and right in (OUTSIDE, *starts)


def compatible(prefixes: Collection[str]) -> list[Scheme]:
    """The schemes that have all these prefixes, in the order of `SCHEMES`. "O" belongs to every scheme."""
    return [scheme for scheme in SCHEMES.values() if {*prefixes} <= {OUTSIDE, *scheme.prefixes}]


def detect(transitions: Iterable[tuple[str | None, str | None]]) -> Scheme:
    """Detect the scheme of data.

    The result is the first of `SCHEMES` that has all prefixes of the data and allows all transitions. If no scheme
    allows all transitions, it is the first one with all prefixes. For example:

    - B and I: BIO; but IOB1 if an I starts an entity and every B directly follows an entity of its type;
    - only I: IO;
    - S or E, with or without B: BIOES;
    - no entities: BIO.

    Args:
        transitions: the pairs of neighboring tags. None is the boundary of a sentence.

    Raises:
        ValueError: no scheme has all prefixes, for example I and M.
    """
    distinct = set(transitions)
    prefixes = {split_tag(tag)[0] for pair in distinct for tag in pair if tag is not None}
    candidates = compatible(prefixes)
    if not candidates:
        found = ", ".join(sorted(prefixes - {OUTSIDE}))
        raise ValueError(f"expected the prefixes of one scheme, got {found}")
    for scheme in candidates:
        if all(is_legal(scheme, *transition) for transition in distinct):
            return scheme
    return candidates[0]
