"""The tracks of weighted spans: for each place where some begin, the states of an entity that begins there.

A CRF scores pairs of adjacent tags, so it can't score a whole span. A track is the state "the path is in the entity of
this type that began at this character". Where the entity ends, the track knows the whole span, and the path gets the
weight of this span. After the longest weighted span the path goes back to the usual states.

A type that the model doesn't know has tracks too. They read its characters as the model's O.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ner.characters.character_table import Ids
from ner.data.schemes import OUTSIDE, Scheme, labels, split_tag
from ner.decoding.numpy_chain import IMPOSSIBLE, Doubles, Mask
from ner.lexicon.span_weights import TextSpans

NO_TAG = -1
"""The first tag of a track whose type the model knows."""


class Tags(NamedTuple):
    """The tags of a model, and those of types that only a lexicon knows.

    Args:
        names: first the tags of the model, in order of their ids.
        known: how many of them are the model's.
        scheme: the scheme of the tags.
    """

    names: Sequence[str]
    known: int
    scheme: Scheme

    @classmethod
    def of(cls, model_labels: Sequence[str], scheme: Scheme, types: Sequence[str] = ()) -> "Tags":
        """The tags of a model, and those of more types."""
        known = {split_tag(name)[1] for name in model_labels}
        more = labels(scheme, [type_ for type_ in types if type_ not in known])[1:]
        return cls([*model_labels, *more], len(model_labels), scheme)


class WeightedSpans(NamedTuple):
    """The weighted spans of a batch: those of each row, and the tags that they may have."""

    rows: Sequence[TextSpans]
    tags: Tags


class Tracks(NamedTuple):
    """The tracks of a batch. All arrays but the last two are `(chars, tracks, batch)`.

    Args:
        tag: the tag of the model that is scored here.
        active: whether the track has this character.
        begins: whether its entity begins here.
        goes_on: whether it has the next character too.
        exit: the weight of the entity that ends here; in a scheme with a tag for the last character, that ends with
            that tag at the next character.
        first: the id of the first tag of a type that the model doesn't know; else -1.
        closed: the tags that paths without a track can't have here, `(batch, chars, tags)`.
        singles: the weights of tags for entities of one character, `(batch, chars, tags)`.
    """

    tag: Ids
    active: Mask
    begins: Mask
    goes_on: Mask
    exit: Doubles
    first: Ids
    closed: Mask
    singles: Doubles


def most_tracks(rows: Sequence[TextSpans]) -> int:
    """The most tracks that a character of these rows can have: one for each start and label of spans that hold it."""
    most = 0
    for weighted, _, _ in rows:
        last: dict[tuple[int, str], int] = {}
        for start, end, label, _ in weighted:
            last[start, label] = max(end, last.get((start, label), 0))
        changes = sorted([(start, 1) for start, _ in last] + [(end, -1) for end in last.values()])
        here = 0
        for _, change in changes:
            here += change
            most = max(most, here)
    return most


class _Track(NamedTuple):
    row: int
    start: int
    label: str
    ends: dict[int, float]
    last: int


def build_tracks(spans: WeightedSpans, chars: int) -> Tracks:
    """Make the tracks of a batch with `chars` characters in its longest row."""
    rows, tags = spans
    scheme, ids = tags.scheme, {name: i for i, name in enumerate(tags.names)}
    marks_end = scheme.inside != scheme.end
    types = {split_tag(name)[1] for name in tags.names[: tags.known]}
    closed = np.zeros((len(rows), chars, tags.known), dtype=np.bool_)
    singles = np.zeros((len(rows), chars, tags.known))
    placed: list[tuple[int, _Track]] = []
    count = 0
    for row, (weighted, listed_only, forced) in enumerate(rows):
        for label in listed_only & types:
            names = {f"{prefix}-{label}" for prefix in (scheme.begin, scheme.inside, scheme.single)}
            closed[row][:, [ids[name] for name in names]] = True
        for start, end in forced:
            closed[row, start:end] = True
        ends: dict[tuple[int, str], dict[int, float]] = defaultdict(dict)
        for start, end, label, weight in weighted:
            weight = max(weight, IMPOSSIBLE)
            if label in types and marks_end and end == start + 1:
                singles[row, start, ids[f"{scheme.single}-{label}"]] = weight
                closed[row, start, ids[f"{scheme.single}-{label}"]] = False
            elif label in types or f"{scheme.begin}-{label}" in ids:
                ends[start, label][end] = weight
        free: list[int] = []  # the last character of each track so far
        for (start, label), weights in sorted(ends.items()):
            last = max(weights) - (2 if marks_end and label in types else 1)
            place = next((k for k, until in enumerate(free) if until < start), len(free))
            free[place : place + 1] = [last]
            placed.append((place, _Track(row, start, label, weights, last)))
        count = max(count, len(free))
    shape = (chars, count, len(rows))
    flags = [np.zeros(shape, dtype=np.bool_) for _ in range(3)]
    active, begins, goes_on = flags
    tag, first = np.zeros(shape, dtype=np.int64), np.full(shape, NO_TAG)
    exit_ = np.zeros(shape)
    for k, (row, start, label, weights, last) in placed:
        here = (slice(start, last + 1), k, row)
        active[here], begins[start, k, row], goes_on[start:last, k, row] = True, True, True
        if label in types:
            tag[here] = ids[f"{scheme.inside}-{label}"]
            tag[start, k, row] = ids[f"{scheme.begin}-{label}"]
            closed[row, start, tag[start, k, row]] = True
            only = label in rows[row].listed_only
        else:
            tag[here], first[here] = ids[OUTSIDE], ids[f"{scheme.begin}-{label}"]
            only = True
        if only:
            exit_[here] = IMPOSSIBLE
        ahead = 2 if marks_end and label in types else 1
        for end, weight in weights.items():
            exit_[end - ahead, k, row] = weight
    return Tracks(tag, active, begins, goes_on, exit_, first, closed, singles)
