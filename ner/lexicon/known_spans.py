"""From the entries that match a text to what they ask of its entities."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ner.lexicon.default_weight import NOTHING_LEARNED, default_weight
from ner.lexicon.fixed_spans import FixedSpan
from ner.lexicon.matcher import Hit
from ner.lexicon.span_weights import NEVER, SpanWeight, TextSpans

Span = tuple[int, int, str]


class KnownSpans(NamedTuple):
    """What is known of the spans of a text before it is tagged.

    Args:
        spans: weighted spans.
        fixed: spans that are certain, of types of the model or outside of entities.
        sources: the entry of each span that entities may come from.
        overruled: the matches with mode `force` that others, or fixed spans, don't leave room for.
    """

    spans: TextSpans
    fixed: list[FixedSpan]
    sources: dict[Span, Hit]
    overruled: list[Hit]


def find_known_spans(
    hits: Iterable[Hit],
    fixed: Sequence[FixedSpan],
    length: int,
    types: Sequence[str],
    new_types: Sequence[str],
    listed_only: frozenset[str],
    learned: Mapping[str, float] = NOTHING_LEARNED,
) -> KnownSpans:
    """Turn matches into spans for the decoder.

    Fixed spans come first, then matches with mode `force`: the longest, then the first. What these leave no room for is
    left out, and what they make certain has no other weight.

    Args:
        hits: the matches.
        fixed: the spans that the caller fixed.
        length: the number of characters of the text.
        types: the types of the model.
        new_types: the types that only the entries have.
        listed_only: the types of which only listed spans are entities.
        learned: as for `default_weight`.
    """
    taken = bytearray(length)  # 1 for characters of certain spans
    certain: dict[FixedSpan, None] = {}  # in their order; each match asks whether it is one of them

    def take(span: FixedSpan) -> None:
        certain[span] = None
        taken[span.start : span.end] = b"\1" * (span.end - span.start)

    for span in fixed:
        take(FixedSpan(*span))
    sources: dict[Span, Hit] = {}
    weights: dict[Span, float] = {}
    never: set[Span] = set()
    forced: list[Hit] = []
    for hit in hits:
        start, end, entry = hit[:3]
        place = (start, end, entry.type)
        if entry.mode == "never":
            never.update([place] if entry.type else [(start, end, type_) for type_ in (*types, *new_types)])
            continue
        sources.setdefault(place, hit)
        if entry.mode == "force":
            forced.append(hit)
            continue
        weight = entry.weight
        if weight is None:
            weight = default_weight(end - start, entry.type, learned) if entry.mode == "prefer" else 0.0
        weights[place] = max(weight, weights.get(place, weight))
    weights.update(dict.fromkeys(never, NEVER))
    overruled: list[Hit] = []
    for hit in sorted(forced, key=lambda hit: (hit.start - hit.end, hit.start)):
        start, end, entry = hit[:3]
        if 1 not in taken[start:end]:
            take(FixedSpan(start, end, entry.type))
        elif FixedSpan(start, end, entry.type) not in certain:
            overruled.append(hit)
    kept = {span: weight for span, weight in weights.items() if 1 not in taken[span[0] : span[1]]}
    # Where only listed spans are entities, a certain span is listed.
    kept.update({(start, end, label): 0.0 for start, end, label in certain if label is not None})
    return KnownSpans(
        TextSpans(
            [SpanWeight(*span, weight) for span, weight in sorted(kept.items())],
            listed_only,
            [(start, end) for start, end, label in certain if label in new_types],
        ),
        [span._replace(label=None) if span.label in new_types else span for span in certain],
        sources,
        overruled,
    )
