"""Pairs of gold and predicted entities, and the kind of error of each wrong pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from ner.data.entities import Entity

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

Kind = Literal["wrong type", "too short", "too long", "overlapping", "missed", "invented"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Pair = tuple[Entity | None, Entity | None]
"""A gold entity and the predicted entity that matches it best; None if one of them is missing."""


@dataclass(frozen=True)
class EntityError:
    """A gold entity that was not predicted exactly, a predicted entity that is not in gold, or a pair of both.

    Args:
        sentence: the index of the sentence.
        gold: the gold entity, None if it is missing.
        predicted: the predicted entity, None if it is missing.
    """

    sentence: int
    gold: Entity | None
    predicted: Entity | None

    @property
    def kind(self) -> Kind:
        """The kind of error. Boundaries are compared before types.

        - missed: a gold entity without a predicted entity;
        - invented: a predicted entity without a gold entity;
        - wrong type: same boundaries, other type;
        - too short: the predicted entity is inside the gold entity;
        - too long: the gold entity is inside the predicted entity;
        - overlapping: they share some characters, and each has others.

        The type of the last three kinds may be right or wrong.
        """
        if self.predicted is None:
            return "missed"
        if self.gold is None:
            return "invented"
        gold, predicted = self.gold, self.predicted
        if (gold.start, gold.end) == (predicted.start, predicted.end):
            return "wrong type"
        if gold.start <= predicted.start and predicted.end <= gold.end:
            return "too short"
        if predicted.start <= gold.start and gold.end <= predicted.end:
            return "too long"
        return "overlapping"

    @property
    def entity(self) -> Entity:
        """The gold entity, or the predicted entity if there is no gold entity."""
        entity = self.gold or self.predicted
        assert entity is not None
        return entity

    @property
    def score(self) -> float | None:
        """The score of the predicted entity; None if there is no score or no predicted entity."""
        return self.predicted.score if self.predicted else None

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Start and end of the gold entity and of the predicted entity, if they exist."""
        return [(entity.start, entity.end) for entity in (self.gold, self.predicted) if entity]

    @property
    def types(self) -> set[str]:
        """The types of the gold and the predicted entity."""
        return {entity.label for entity in (self.gold, self.predicted) if entity}


def pair_entities(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[Pair]:
    """Pair the gold and predicted entities of one sentence. Each entity is in exactly one pair.

    Two entities can be a pair if they share a character. The most similar pair is taken first: by the Jaccard index of
    their characters, then by equal type, then from left to right. So a correct entity is always paired with itself.

    Args:
        gold: entities in order of position, without overlaps.
        predicted: entities in order of position, without overlaps.
    """
    candidates = [
        (-_shared(g, p) / (max(g.end, p.end) - min(g.start, p.start)), g.label != p.label, g.start, p.start, i, j)
        for i, j, g, p in _overlaps(gold, predicted)
    ]
    free_gold, free_predicted = dict(enumerate(gold)), dict(enumerate(predicted))
    for *_, i, j in sorted(candidates):
        if i in free_gold and j in free_predicted:
            yield free_gold.pop(i), free_predicted.pop(j)
    yield from ((entity, None) for entity in free_gold.values())
    yield from ((None, entity) for entity in free_predicted.values())


def find_errors(evaluation: Evaluation) -> list[EntityError]:
    """All errors, by sentence and from left to right."""
    errors = []
    for sentence, (gold, predicted) in enumerate(zip(evaluation.flat_gold, evaluation.entities, strict=True)):
        wrong = [EntityError(sentence, *pair) for pair in pair_entities(gold, predicted) if not _is_found(*pair)]
        errors += sorted(wrong, key=lambda error: error.entity.start)
    return errors


def _is_found(gold: Entity | None, predicted: Entity | None) -> bool:
    """Whether gold and predicted entity are equal."""
    spans = [(entity.start, entity.end, entity.label) for entity in (gold, predicted) if entity]
    return len(spans) == 2 and spans[0] == spans[1]


def _shared(gold: Entity, predicted: Entity) -> int:
    """The number of characters that both contain."""
    return min(gold.end, predicted.end) - max(gold.start, predicted.start)


def _overlaps(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[tuple[int, int, Entity, Entity]]:
    """All pairs that share a character, with their indices. Both lists are in order of position."""
    first = 0
    for i, g in enumerate(gold):
        while first < len(predicted) and predicted[first].end <= g.start:
            first += 1
        for j in range(first, len(predicted)):
            if predicted[j].start >= g.end:
                break
            yield i, j, g, predicted[j]
