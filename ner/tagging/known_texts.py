"""What is known of texts before they are tagged, by `fixed` and by a lexicon."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from ner.data.entities import Entity
from ner.decoding.numpy_chain import Mask
from ner.decoding.span_tracks import Tags
from ner.lexicon.fixed_spans import FixedSpan, allowed_by_spans, check_spans
from ner.lexicon.known_spans import Span, find_known_spans
from ner.lexicon.matcher import Hit, Matcher
from ner.lexicon.span_weights import TextSpans
from ner.records.record import TaggedText


class KnownText(NamedTuple):
    """What is known of one text.

    Args:
        fixed: the tags that the caller allows for each character, `(chars, tags)`; None for all tags.
        allowed: those that entries with mode `force` leave of them.
        spans: the weighted spans; None if there are none.
        sources: the entries that entities may come from.
        overruled: the matches with mode `force` that have no room.
    """

    fixed: Mask | None
    allowed: Mask | None
    spans: TextSpans | None
    sources: Mapping[Span, Hit]
    overruled: Sequence[Hit]


def know_text(
    text: str,
    fixed: Sequence[FixedSpan],
    tags: Tags,
    types: Sequence[str],
    new_types: Sequence[str],
    matchers: Sequence[Matcher],
    learned: Mapping[str, float],
) -> KnownText:
    """Collect what is known of a text.

    Args:
        text: the text.
        fixed: the spans that the caller fixed.
        tags: the tags of the model, and of the new types.
        types: all types.
        new_types: the types that only the lexicon has.
        matchers: find the terms of lexicons.
        learned: the weights of terms that the model has learned; see `default_weight`.

    Raises:
        ValueError: a span is impossible.
    """
    names = tags.names[: tags.known]
    check_spans(fixed, len(text))
    if not matchers:
        allowed = _allowed(fixed, len(text), names, tags)
        return KnownText(allowed, allowed, None, {}, ())
    of_model = [type_ for type_ in types if type_ not in new_types]
    hits = chain.from_iterable(matcher.find(text) for matcher in matchers)
    listed_only = frozenset[str]().union(*(matcher.listed_only for matcher in matchers))
    spans, certain, sources, overruled = find_known_spans(
        hits, fixed, len(text), of_model, new_types, listed_only, learned
    )
    by_caller = [FixedSpan(start, end, None if label in new_types else label) for start, end, label in fixed]
    nothing = not (spans.spans or spans.listed_only)
    return KnownText(
        _allowed(by_caller, len(text), names, tags),
        _allowed(certain, len(text), names, tags),
        None if nothing else spans,
        sources,
        overruled,
    )


def with_sources(
    entities: Iterable[Entity], scores: Iterable[float], of_model: Iterable[Entity], sources: Mapping[Span, Hit]
) -> list[Entity]:
    """Entities with their source, the id of their entry, and their probability without the lexicon.

    Args:
        entities: the entities.
        scores: these probabilities.
        of_model: the entities that the model finds without the lexicon.
        sources: the entries that entities may come from.
    """
    alone = {(entity.start, entity.end, entity.label) for entity in of_model}
    found = []
    for entity, score in zip(entities, scores, strict=True):
        span = (entity.start, entity.end, entity.label)
        hit = sources.get(span)
        if hit is None:
            found.append(replace(entity, source="model", model_score=score))
        else:
            listed = "rule" if hit.is_rule else "dictionary"
            source = "both" if span in alone else listed
            found.append(replace(entity, source=source, id=hit.id, model_score=score))
    return found


def with_overruled(found: TaggedText, text: str, known: KnownText) -> TaggedText:
    """What was found in a text, with the forced terms that have no room in it."""
    overruled = [
        Entity(start, end, entry.type, text[start:end], source="rule" if is_rule else "dictionary", id=id_)
        for start, end, entry, id_, is_rule in known.overruled
    ]
    return found._replace(overruled=overruled)


def _allowed(fixed: Sequence[FixedSpan], length: int, names: Sequence[str], tags: Tags) -> Mask | None:
    return allowed_by_spans(fixed, length, names, tags.scheme) if fixed else None
