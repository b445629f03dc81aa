"""What is known of texts before they are tagged, by `fixed` and by a lexicon."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ner.data.entities import Entity
from ner.decoding.numpy_chain import Mask
from ner.decoding.span_tracks import Tags
from ner.lexicon.fixed_spans import FixedSpan, allowed_by_spans, check_spans
from ner.lexicon.known_spans import Span, find_known_spans
from ner.lexicon.matcher import Hit, Matcher
from ner.lexicon.span_weights import TextSpans


class KnownText(NamedTuple):
    """What is known of one text.

    Args:
        fixed: the tags that the caller allows for each character, `(chars, tags)`; None for all tags.
        allowed: those that entries with mode `force` leave of them.
        spans: the weighted spans; None if there are none.
        sources: the entries that entities may come from.
    """

    fixed: Mask | None
    allowed: Mask | None
    spans: TextSpans | None
    sources: Mapping[Span, Hit]


def know_text(
    text: str,
    fixed: Sequence[FixedSpan],
    tags: Tags,
    types: Sequence[str],
    new_types: Sequence[str],
    matcher: Matcher | None,
) -> KnownText:
    """Collect what is known of a text.

    Args:
        text: the text.
        fixed: the spans that the caller fixed.
        tags: the tags of the model, and of the new types.
        types: all types.
        new_types: the types that only the lexicon has.
        matcher: finds the terms of a lexicon, or None.

    Raises:
        ValueError: a span is impossible.
    """
    names = tags.names[: tags.known]
    check_spans(fixed, len(text))
    if matcher is None:
        allowed = _allowed(fixed, len(text), names, tags)
        return KnownText(allowed, allowed, None, {})
    of_model = [type_ for type_ in types if type_ not in new_types]
    hits = matcher.find(text)
    spans, certain, sources, overruled = find_known_spans(
        hits, fixed, len(text), of_model, new_types, matcher.listed_only
    )
    matcher.overruled += overruled
    by_caller = [FixedSpan(start, end, None if label in new_types else label) for start, end, label in fixed]
    nothing = not (spans.spans or spans.listed_only)
    return KnownText(
        _allowed(by_caller, len(text), names, tags),
        _allowed(certain, len(text), names, tags),
        None if nothing else spans,
        sources,
    )


def with_sources(
    entities: Iterable[Entity], of_model: Iterable[Entity], sources: Mapping[Span, Hit], matcher: Matcher
) -> list[Entity]:
    """Entities with their source, and with the id of their entry.

    Args:
        entities: the entities.
        of_model: those that the model finds without the lexicon.
        sources: the entries that entities may come from.
        matcher: has found them.
    """
    alone = {(entity.start, entity.end, entity.label) for entity in of_model}
    found = []
    for entity in entities:
        span = (entity.start, entity.end, entity.label)
        hit = sources.get(span)
        if hit is None:
            found.append(replace(entity, source="model"))
        else:
            listed = "rule" if hit.is_rule else "dictionary"
            found.append(replace(entity, source="both" if span in alone else listed, id=matcher.id_of(hit.entry)))
    return found


def _allowed(fixed: Sequence[FixedSpan], length: int, names: Sequence[str], tags: Tags) -> Mask | None:
    return allowed_by_spans(fixed, length, names, tags.scheme) if fixed else None
