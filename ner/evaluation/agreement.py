"""How far two people, or a person and a tool, label the same texts alike."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.errors import InputError
from ner.evaluation.bootstrap import f1_interval
from ner.evaluation.entity_errors import EntityError, Kind, find_errors
from ner.evaluation.entity_tables import to_records
from ner.evaluation.evaluation_report import FEWEST_SENTENCES
from ner.evaluation.scores import Evaluation, compare

if TYPE_CHECKING:
    import pandas as pd

DisagreementKind = Literal["only A", "only B", "type", "boundary"]
_KINDS: dict[Kind, DisagreementKind] = {
    "missed": "only A",
    "invented": "only B",
    "wrong type": "type",
    "too short": "boundary",
    "too long": "boundary",
    "overlapping": "boundary",
}
CAVEAT = (
    "F1 of entities is the number to report. Kappa corrects for chance, but counts characters: most are outside of "
    "entities for both, which makes it high, and a long entity counts more than a short one. Kappa of the characters "
    "that A or B labelled leaves the others out, and is too low for the same reason."
)


@dataclass(frozen=True)
class Disagreement:
    """An entity that only one of the two has, or two entities that differ in type or boundary.

    Args:
        sentence: the index of the sentence.
        a: the entity of A, None if there is none.
        b: the entity of B, None if there is none.
        kind: `only A`, `only B`, `type`, or `boundary`. With another boundary, the type may differ too.
    """

    sentence: int
    a: Entity | None
    b: Entity | None
    kind: DisagreementKind

    @property
    def span(self) -> tuple[int, int]:
        """From the first character to the last one of both."""
        found = [entity for entity in (self.a, self.b) if entity]
        return min(entity.start for entity in found), max(entity.end for entity in found)


@dataclass(frozen=True)
class Agreement:
    """The agreement of two labellings, A and B.

    >>> from ner import Sentence, compare_annotators
    >>> one = [Sentence("他在上海工作。", [(2, 4, "LOC")])]
    >>> compare_annotators(one, one).f1
    100.0

    Args:
        evaluation: B compared with A. F1 is the same the other way round.
        tags: the type of each character of each sentence, for A and B; "" outside, None if one of them doesn't know it.
        only_a: the number of texts that only A has. They are left out.
        only_b: the same for B.
    """

    evaluation: Evaluation
    tags: Sequence[tuple[Sequence[str | None], Sequence[str | None]]]
    only_a: int
    only_b: int

    @property
    def sentences(self) -> Sequence[Sentence]:
        """The texts that both have, with the entities of A."""
        return self.evaluation.sentences

    @property
    def f1(self) -> float:
        """F1 of entities in percent: twice those that both have, divided by all of A and B."""
        return self.evaluation.f1

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of F1 in percent; None if there are too few texts."""
        return f1_interval(self.evaluation.counts) if len(self.sentences) >= FEWEST_SENTENCES else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa of the types of characters (Cohen 1960); None if both give all the same type."""
        return cohens_kappa(self._pairs)

    @property
    def kappa_labelled(self) -> float | None:
        """Kappa of the characters that A or B labelled (Brandsen et al., LREC 2020)."""
        return cohens_kappa([pair for pair in self._pairs if any(pair)])

    @cached_property
    def per_type(self) -> "pd.DataFrame":
        """A row for each type: entities of `A`, `B` and `both`, `f1` in percent, and `kappa` of its characters."""
        table = self.evaluation.per_type[["type", "gold", "predicted", "correct", "f1"]]
        kappas = {name: cohens_kappa([(a == name, b == name) for a, b in self._pairs]) for name in table["type"]}
        renamed = table.rename(columns={"gold": "A", "predicted": "B", "correct": "both"})
        return renamed.assign(kappa=renamed["type"].map(kappas).astype(float)).round({"kappa": 3})

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        """All disagreements, in the order of texts and characters."""
        return [_disagreement(error) for error in find_errors(self.evaluation)]

    def to_dict(self) -> dict[str, Any]:
        """All numbers and disagreements, ready for JSON."""
        kappas = {name: value and round(value, 4) for name, value in self._kappas().items()}
        return {
            "texts": len(self.sentences),
            "only_A": self.only_a,
            "only_B": self.only_b,
            "f1": round(self.f1, 2),
            "f1_interval": self.interval and [round(end, 2) for end in self.interval],
            **kappas,
            "types": to_records(self.per_type),
            "kinds": Counter(one.kind for one in self.disagreements),
            "disagreements": [self._listed(one) for one in self.disagreements],
        }

    def _kappas(self) -> dict[str, float | None]:
        return {"kappa": self.kappa, "kappa_labelled": self.kappa_labelled}

    def _listed(self, one: Disagreement) -> dict[str, Any]:
        sentence = self.sentences[one.sentence]
        sides = {
            name: entity and {"start": entity.start, "end": entity.end, "label": entity.label, "text": entity.text}
            for name, entity in (("A", one.a), ("B", one.b))
        }
        return {"path": sentence.path, "line": sentence.line, "kind": one.kind, **sides, "text": sentence.text}

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        """The types of each character that both know."""
        pairs = chain.from_iterable(zip(a, b, strict=True) for a, b in self.tags)
        return [(a, b) for a, b in pairs if a is not None and b is not None]


def compare_annotators(a: Split | Sequence[Sentence], b: Split | Sequence[Sentence]) -> Agreement:
    """Compare the labels of two people for the same texts.

    >>> one = [Sentence("我在上海。", [(2, 4, "LOC")])]
    >>> compare_annotators(one, [Sentence("我在上海。")]).f1
    0.0

    Sentences are matched by their text. What one of the two doesn't know (the tag ?) is left out.

    Args:
        a: the sentences of A.
        b: the sentences of B, in any order.

    Raises:
        InputError: they have no text in common, or something else than sentences.
    """
    sides = [
        (side if isinstance(side, Split) else Split.from_sentences(side, name)).sentences
        for name, side in (("a", a), ("b", b))
    ]
    waiting: defaultdict[str, list[Sentence]] = defaultdict(list)
    for sentence in reversed(sides[1]):
        waiting[sentence.text].append(sentence)
    both = [(one, waiting[one.text].pop()) for one in sides[0] if waiting[one.text]]
    if not both:
        raise InputError("the two have no text in common, so their labels can't be compared")
    known = [_known_to_both(*pair) for pair in both]
    types = sorted({entity.label for pair in known for one in pair for entity in one.entities})
    evaluation = compare([one for one, _ in known], [drop_overlaps(other.entities) for _, other in known], types)
    tags = [
        (_types_of(first, entities), _types_of(first, found))
        for (first, _), entities, found in zip(known, evaluation.flat_gold, evaluation.entities, strict=True)
    ]
    return Agreement(evaluation, tags, len(sides[0]) - len(both), len(sides[1]) - len(both))


def cohens_kappa(pairs: Sequence[tuple[Any, Any]]) -> float | None:
    """Cohen's kappa: the share of equal pairs beyond what chance gives, by what is possible beyond it.

    J. Cohen, A Coefficient of Agreement for Nominal Scales (Educational and Psychological Measurement 20, 1960).

    >>> cohens_kappa([("x", "x"), ("x", "x"), ("x", "y"), ("y", "y")])
    0.5

    Returns:
        A number up to 1; None if chance alone gives full agreement, as without any pair.
    """
    if not pairs:
        return None
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    equal = sum(a == b for a, b in pairs) / len(pairs)
    by_chance = sum(first[name] * second[name] for name in first) / len(pairs) ** 2
    return None if by_chance == 1 else (equal - by_chance) / (1 - by_chance)


def _known_to_both(first: Sentence, second: Sentence) -> tuple[Sentence, Sentence]:
    """Two sentences of the same text, without what one of them doesn't know."""
    unknown = (*first.unknown, *second.unknown)

    def cut(sentence: Sentence) -> Sentence:
        kept = tuple(e for e in sentence.entities if not any(s < e.end and e.start < t for s, t in unknown))
        return replace(sentence, entities=kept, unknown=unknown)

    return cut(first), cut(second)


def _types_of(sentence: Sentence, entities: Iterable[Entity]) -> list[str | None]:
    types: list[str | None] = [""] * len(sentence.text)
    for entity in entities:
        types[entity.start : entity.end] = [entity.label] * (entity.end - entity.start)
    for start, end in sentence.unknown:
        types[start:end] = [None] * (end - start)
    return types


def _disagreement(error: EntityError) -> Disagreement:
    return Disagreement(error.sentence, error.gold, error.predicted, _KINDS[error.kind])
