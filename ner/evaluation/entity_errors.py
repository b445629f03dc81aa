"""Every wrong entity, and in which way it is wrong: gold and predicted entities in pairs."""

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
"""A gold entity and the predicted one that stands for it; None where there is no other."""


@dataclass(frozen=True)
class EntityError:
    """A wrong entity: a gold one that was not found as it is, a predicted one that is not in gold, or both as a pair.

    `sentence` is the index of its sentence.
    """

    sentence: int
    gold: Entity | None
    predicted: Entity | None

    @property
    def kind(self) -> Kind:
        """What is wrong, boundaries before types.

        - missed: a gold entity without a predicted one;
        - invented: a predicted entity without a gold one;
        - wrong type: the boundaries are right;
        - too short: the predicted entity lies within the gold one;
        - too long: the gold entity lies within the predicted one;
        - overlapping: both share some characters, and each has others.

        The last three say nothing of the type, which may be right or wrong.
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
        """The gold entity, or the predicted one where there is none in gold."""
        entity = self.gold or self.predicted
        assert entity is not None
        return entity

    @property
    def score(self) -> float | None:
        """That of the predicted entity, None if it has none or nothing was predicted."""
        return self.predicted.score if self.predicted else None

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The start and end of the gold entity and of the predicted one, as far as there are both."""
        return [(entity.start, entity.end) for entity in (self.gold, self.predicted) if entity]

    @property
    def types(self) -> set[str]:
        return {entity.label for entity in (self.gold, self.predicted) if entity}


def pair_entities(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[Pair]:
    """Gold and predicted entities of one sentence in pairs, each of them once.

    Both are in order of position, and neither overlap among themselves. Those that share a character can be a pair.
    The pair that is most alike is taken first: by the share of their characters that both have (Jaccard index), then
    by the type, then from left to right. So an entity that was found is paired with itself.
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
    """All wrong entities, sentence by sentence from left to right."""
    errors = []
    for sentence, (gold, predicted) in enumerate(zip(evaluation.flat_gold, evaluation.entities, strict=True)):
        wrong = [EntityError(sentence, *pair) for pair in pair_entities(gold, predicted) if not _is_found(*pair)]
        errors += sorted(wrong, key=lambda error: error.entity.start)
    return errors


def _is_found(gold: Entity | None, predicted: Entity | None) -> bool:
    """Whether a pair is one entity."""
    spans = [(entity.start, entity.end, entity.label) for entity in (gold, predicted) if entity]
    return len(spans) == 2 and spans[0] == spans[1]


def _shared(gold: Entity, predicted: Entity) -> int:
    """How many characters both have."""
    return min(gold.end, predicted.end) - max(gold.start, predicted.start)


def _overlaps(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[tuple[int, int, Entity, Entity]]:
    """The gold and predicted entities that share a character, with their indices; both are in order of position."""
    first = 0
    for i, g in enumerate(gold):
        while first < len(predicted) and predicted[first].end <= g.start:
            first += 1
        for j in range(first, len(predicted)):
            if predicted[j].start >= g.end:
                break
            yield i, j, g, predicted[j]
