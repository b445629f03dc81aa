"""What a tagger proposes for texts, and of which parts and texts it is not sure."""

import math
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from ner.annotating.tasks import PROPOSED, Task, span_of
from ner.data.unknown_spans import Spans
from ner.records.record import TaggedText
from ner.tagging.tag_records import Reader

_READINGS = 20


def propose(
    tagger: Reader,
    tasks: Sequence[Task],
    types: Collection[str],
    uncertain: float | None = None,
    watch: Callable[[int], None] | None = None,
) -> Iterator[Task]:
    """The tasks with the entities that a tagger finds.

    Args:
        tagger: the tagger.
        tasks: the tasks.
        types: the types that are asked; other entities are left out.
        uncertain: if given, only parts of which the tagger is less sure are asked.
        watch: called with the number of characters that have been read.
    """
    readings = tagger.readings([task.text for task in tasks], _READINGS if uncertain else 0, watch=watch)
    for task, tagged in zip(tasks, readings, strict=True):
        yield _proposed(task, tagged, types, uncertain)


def propose_unsure_first(
    tagger: Reader,
    tasks: Sequence[Task],
    types: Collection[str],
    uncertain: float | None = None,
    watch: Callable[[int], None] | None = None,
) -> list[Task]:
    """The same as `propose`, with the texts of which the tagger is least sure first.

    The measure is minus the log-probability of the most probable reading, per character (maximum normalized
    log-probability: Shen et al. 2018, "Deep Active Learning for Named Entity Recognition").
    """
    readings = tagger.readings([task.text for task in tasks], _READINGS if uncertain else 1, watch=watch)
    found = []
    for task, tagged in zip(tasks, readings, strict=True):
        probability = max(tagged.alternatives[0].probability, sys.float_info.min)  # that of a long text can be 0
        found.append((math.log(probability) / max(1, len(task.text)), _proposed(task, tagged, types, uncertain)))
    return [task for _, task in sorted(found, key=lambda one: one[0])]


def _proposed(task: Task, tagged: TaggedText, types: Collection[str], uncertain: float | None) -> Task:
    found = tuple(entity for entity in tagged.entities if entity.label in types)
    asked = None if uncertain is None else uncertain_parts(tagged, types, uncertain)
    return replace(task, readings={PROPOSED: found}, asked=asked)


def uncertain_parts(tagged: TaggedText, types: Collection[str], threshold: float) -> Spans:
    """The parts of a text where an entity is less sure than `threshold`, or its absence is.

    The probability of an entity that was not found is that of the listed readings which have it. Parts that overlap
    are one.
    """
    spans = {(e.start, e.end) for e in tagged.entities if e.label in types and (e.score or 0) < threshold}
    best = {*map(span_of, tagged.entities)}
    weights: dict[tuple[int, int, str], float] = {}
    for entities, probability in tagged.alternatives:
        for span in map(span_of, entities):
            weights[span] = weights.get(span, 0.0) + probability
    spans |= {
        (start, end)
        for (start, end, label), weight in weights.items()
        if label in types and (start, end, label) not in best and weight > 1 - threshold
    }
    return merge_overlaps(spans)


def merge_overlaps(spans: Iterable[tuple[int, int]]) -> Spans:
    """Merge spans that overlap. Spans that only touch stay apart."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def types_of(tasks: Iterable[Task]) -> list[str]:
    """The types of all readings, the most frequent first."""
    found = chain.from_iterable(chain.from_iterable(task.readings.values()) for task in tasks)
    return [name for name, _ in Counter(entity.label for entity in found).most_common()]
