"""What is known about a text before it is tagged, and the tags that this leaves to each character."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ner.data.entities import Entity
from ner.data.schemes import OUTSIDE, Scheme, entities_to_tags


class FixedSpan(NamedTuple):
    """The characters `start:end` are known to be an entity of type `label`, or, with None, to be in no entity.

    >>> from ner import FixedSpan, Tagger
    >>> found = Tagger.load().tag("林晓东住在杭州。", [FixedSpan(5, 7, None)])
    >>> [entity.text for entity in found]
    ['林晓东']
    """

    start: int
    end: int
    label: str | None


def allowed_by_spans(
    fixed: Sequence[FixedSpan], length: int, labels: Sequence[str], scheme: Scheme
) -> npt.NDArray[np.bool_]:
    """Which of `labels` each character of a text may have: `(length, tags)`.

    Raises:
        ValueError: a span is empty, beyond the text, of an unknown type, or overlaps another.
    """
    allowed = np.ones((length, len(labels)), dtype=np.bool_)
    # A type of its own stands for "no entity" while the spans are checked.
    known = [Entity(start, end, label or OUTSIDE, "") for start, end, label in fixed]
    tags = entities_to_tags(known, length, scheme)
    for entity, (start, end, label) in zip(known, fixed, strict=True):
        if label is None:
            allowed[start:end] = [name == OUTSIDE for name in labels]
            continue
        if tags[start] not in labels:
            types = dict.fromkeys(name.partition("-")[2] for name in labels if name != OUTSIDE)
            raise ValueError(f"expected a type of the model ({', '.join(types)}), got {label!r}")
        allowed[start:end] = [[name == tag for name in labels] for tag in tags[start:end]]
        if end < length and scheme.inside == scheme.end:  # else its last tag says that it ends
            allowed[end] &= [name != f"{scheme.inside}-{entity.label}" for name in labels]
    return allowed
