"""Tag schemes as data, and the way between entities and one tag per character.

A tag is "O", or a prefix, a hyphen and a type: "B-PER". A scheme says which prefix stands at the beginning
of an entity, inside it, at its end, and on an entity of one character. The tag "?" belongs to no scheme: nobody has
looked at the character. Its neighbours are read as beside "O", for an entity is labelled wholly or not at all.
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

    `adjacent` is for IOB1 alone: it replaces the first prefix of an entity that directly follows another
    entity of the same type. Elsewhere it is empty.
    """

    name: str
    begin: str
    inside: str
    end: str
    single: str
    adjacent: str = ""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The distinct prefixes, those that start an entity first."""
        roles = (self.adjacent, self.begin, self.inside, self.end, self.single)
        return tuple(prefix for prefix in dict.fromkeys(roles) if prefix)


BIO = Scheme("BIO", "B", "I", "I", "B")
"""Also called IOB2."""
IO = Scheme("IO", "I", "I", "I", "I")
"""Adjacent entities of one type can't be told apart in it: they read back as one entity."""
IOB1 = Scheme("IOB1", "I", "I", "I", "I", adjacent="B")
BIOES = Scheme("BIOES", "B", "I", "E", "S")
BMES = Scheme("BMES", "B", "M", "E", "S")
"""Also called BMESO."""
BILOU = Scheme("BILOU", "B", "I", "L", "U")

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (BIO, IO, IOB1, BIOES, BMES, BILOU)}
"""The schemes by name, in the order in which `detect` prefers them."""

PREFIXES: tuple[str, ...] = tuple(dict.fromkeys(p for scheme in SCHEMES.values() for p in scheme.prefixes))
"""Every prefix of every scheme."""


def labels(scheme: Scheme, types: Sequence[str]) -> list[str]:
    """All tags of a scheme: "O" first, then type by type in the given order."""
    return [OUTSIDE, *(f"{prefix}-{type_}" for type_ in types for prefix in scheme.prefixes)]


def is_tag(tag: str) -> bool:
    """Whether `tag` is "O", "?", or a known prefix with a type."""
    prefix, type_ = split_tag(tag)
    return tag in (OUTSIDE, UNKNOWN) or (prefix in PREFIXES and type_ != "")


def entities_to_tags(
    entities: Iterable[Entity], length: int, scheme: Scheme, unknown: Iterable[tuple[int, int]] = ()
) -> list[str]:
    """One tag for each of the `length` characters of a text, "?" in the half-open spans of `unknown`.

    Raises ValueError if an entity is empty, reaches beyond the text, or overlaps another or an unknown span.
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
            raise ValueError(f"expected unknown spans within 0 to {length} beside the entities, got {(start, end)}")
        tags[start:end] = [UNKNOWN] * (end - start)
    return tags


def tags_to_entities(tags: Sequence[str], text: str, scheme: Scheme) -> tuple[list[Entity], int]:
    """The entities that the tags of the characters of `text` mark, and the number of repairs.

    The tags are read as `chunks` says, whatever the scheme. The repairs are the transitions that `scheme`
    does not allow, those at the two boundaries of the sentence included. Raises ValueError unless there is
    one tag for each character.
    """
    if len(tags) != len(text):
        raise ValueError(f"expected one tag for each of {len(text)} characters, got {len(tags)} tags")
    entities = [Entity(start, end, type_, text[start:end]) for start, end, type_ in chunks(tags)]
    return entities, sum(not is_legal(scheme, *transition) for transition in pairwise((None, *tags, None)))


@lru_cache(maxsize=65536)
def is_legal(scheme: Scheme, previous: str | None, following: str | None) -> bool:
    """Whether `following` may come right after `previous`; None stands for the boundary of the sentence.

    A sequence of tags is what `entities_to_tags` makes of some entities if and only if all its transitions,
    from the None before it to the None after it, are legal.
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
    """The schemes that have all these prefixes, in the order of SCHEMES; "O" is a tag of every scheme."""
    return [scheme for scheme in SCHEMES.values() if {*prefixes} <= {OUTSIDE, *scheme.prefixes}]


def detect(transitions: Iterable[tuple[str | None, str | None]]) -> Scheme:
    """The scheme of some data from its pairs of neighbouring tags; None is the boundary of a sentence.

    Of the schemes that have all prefixes of the data, it is the first of SCHEMES in which every transition is
    legal, or just the first if there is none. So data with B and I is BIO; it is IOB1 if some I starts an
    entity and every B directly follows an entity of its own type; with I alone it is IO. S, E, or both with B
    are read as BIOES, and a text with no entity as BIO.

    Raises ValueError if no scheme has all the prefixes, such as I and M.
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
