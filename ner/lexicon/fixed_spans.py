"""Spans that are known before a text is tagged, and the tags that they allow for each character."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ner.data.entities import Entity
from ner.data.schemes import OUTSIDE, Scheme, entities_to_tags
from ner.errors import InputError


class FixedSpan(NamedTuple):
    """A span `start:end` that is known to be an entity of type `label`, or with None to be outside of all entities.

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
    """Find the labels that each character of a text may have, given some known spans.

    Args:
        fixed: the known spans, in code points.
        length: the number of characters of the text.
        labels: the tags of the model.
        scheme: the scheme of the tags.

    Returns:
        `(length, tags)`: true for an allowed tag.

    Raises:
        ValueError: a span is empty, beyond the text, of an unknown type, or overlaps another span.
    """
    check_spans(fixed, length)
    allowed = np.ones((length, len(labels)), dtype=np.bool_)
    # While the spans are checked, O is the type of spans without entities.
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
        if end < length and scheme.inside == scheme.end:  # in other schemes its last tag shows that it ends
            allowed[end] &= [name != f"{scheme.inside}-{entity.label}" for name in labels]
    return allowed


def check_spans(fixed: Sequence[FixedSpan], length: int) -> None:
    """Check that known spans are spans of a text.

    Raises:
        InputError: `fixed` is no list of spans, or a span is empty or beyond the text.
    """
    if isinstance(fixed, str) or not isinstance(fixed, Sequence):
        raise InputError(f"expected `fixed` to have a list of spans for each text, got {fixed!r:.60}")
    for span in fixed:
        if not _is_span(span):
            raise InputError(f"expected `fixed` to have spans (start, end, type or None), got {span!r:.60}")
        if not 0 <= span[0] < span[1] <= length:
            place = f"within the {length} characters of the text, got {span[0]} to {span[1]}"
            raise InputError(f"expected `fixed` to have spans {place}")


def _is_span(span: Any) -> bool:
    if not isinstance(span, (tuple, list)) or len(span) != 3:
        return False
    start, end, label = span
    whole = all(isinstance(place, Integral) and not isinstance(place, bool) for place in (start, end))
    return whole and (label is None or (isinstance(label, str) and label != ""))
