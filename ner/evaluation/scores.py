"""Gold against predicted entities: conlleval's numbers, and seqeval's strict ones beside them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import conlleval
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.schemes import BIO, entities_to_tags
from ner.data.unknown import require_known

if TYPE_CHECKING:
    import pandas as pd

    from ner.tagging.tagger import Tagger


@dataclass(frozen=True)
class Evaluation:
    """Predictions for annotated sentences, ready to be scored.

    `entities` are the predicted ones, `flat_gold` the gold ones of each sentence that a prediction can reach: of
    overlapping ones the longest. `gold` and `predicted` are BIO tags, one a character, whatever scheme the data
    and the model use: the entities are what is compared. `overlapping` counts gold entities that one tag a character
    can't express beside another, `unknown_types` those of a type the model never saw; both can't be found by any
    prediction. `seconds` is the time that tagging took, None for predictions from elsewhere.
    """

    sentences: Sequence[Sentence]
    entities: Sequence[Sequence[Entity]]
    flat_gold: list[list[Entity]]
    gold: list[list[str]]
    predicted: list[list[str]]
    overlapping: int
    unknown_types: int
    seconds: float | None = None

    @cached_property
    def scores(self) -> conlleval.Scores:
        """Entity-level scores as conlleval computes them."""
        return conlleval.evaluate(self.gold, self.predicted)

    @property
    def f1(self) -> float:
        """Micro F1 over entities, in percent, as conlleval computes it."""
        return self.scores.f1

    @property
    def precision(self) -> float:
        """Share of the predicted entities that are right, in percent."""
        return self.scores.precision

    @property
    def recall(self) -> float:
        """Share of the gold entities that are found, in percent."""
        return self.scores.recall

    @property
    def per_type(self) -> "pd.DataFrame":
        """Precision, recall, F1 in percent and the counts of each entity type, one a row."""
        import pandas as pd

        return pd.DataFrame(
            {
                name: {
                    "precision": row.precision,
                    "recall": row.recall,
                    "f1": row.f1,
                    "gold": row.gold_chunks,
                    "predicted": row.predicted_chunks,
                    "correct": row.correct_chunks,
                }
                for name, row in sorted(self.scores.types.items())
            }
        ).T

    @cached_property
    def strict(self) -> dict[str, float]:
        """Seqeval's strict precision, recall and F1 in percent (tags must be well-formed for an entity to count)."""
        from seqeval.metrics.v1 import precision_recall_fscore_support  # heavy: it brings scikit-learn
        from seqeval.scheme import IOB2

        precision, recall, f1, _ = precision_recall_fscore_support(
            self.gold, self.predicted, average="micro", scheme=IOB2, zero_division=0
        )
        return {"precision": 100 * precision, "recall": 100 * recall, "f1": 100 * f1}

    @property
    def has_scores(self) -> bool:
        """Whether some predicted entity has a score; those of other tools have none."""
        return any(entity.score is not None for entity in chain.from_iterable(self.entities))

    @cached_property
    def entity_scores(self) -> "pd.DataFrame":
        """A row for each predicted entity that has a score: `score`, and whether it is `correct`."""
        import pandas as pd  # heavy: it takes longer than scoring most files

        rows = []
        for gold, found in zip(self.flat_gold, self.entities, strict=True):
            spans = _spans(gold)
            rows += [(e.score, (e.start, e.end, e.label) in spans) for e in found if e.score is not None]
        return pd.DataFrame(rows, columns=["score", "correct"]).astype({"score": float, "correct": bool})

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """Gold, predicted and correct entities of each sentence, `(sentences, 3)`."""
        scores = [
            conlleval.evaluate([gold], [predicted]) for gold, predicted in zip(self.gold, self.predicted, strict=True)
        ]
        counts = [(row.gold_chunks, row.predicted_chunks, row.correct_chunks) for row in scores]
        return np.array(counts, dtype=np.int64).reshape(-1, 3)

    @property
    def characters_a_second(self) -> float | None:
        """How fast the texts were tagged."""
        return sum(len(sentence.text) for sentence in self.sentences) / self.seconds if self.seconds else None

    def to_dict(self) -> dict[str, Any]:
        """All numbers, ready for JSON."""
        return {
            "sentences": len(self.sentences),
            "conlleval": self.scores.to_dict(),
            "seqeval_strict": self.strict,
            "unreachable": {"overlapping": self.overlapping, "unknown_types": self.unknown_types},
            "characters_a_second": self.characters_a_second and round(self.characters_a_second),
        }


def evaluate(tagger: "Tagger", sentences: Sequence[Sentence]) -> Evaluation:
    """Tag the texts of `sentences` and set the result beside their entities.

    Raises:
        InputError: some have unknown characters.
    """
    require_known(sentences)
    began = time.perf_counter()
    predicted = tagger.tag([sentence.text for sentence in sentences])
    seconds = time.perf_counter() - began
    return replace(compare(sentences, predicted, tagger.types), seconds=seconds)


def compare(sentences: Sequence[Sentence], predicted: Sequence[Sequence[Entity]], types: Sequence[str]) -> Evaluation:
    """Set `predicted` entities of a model that knows `types` beside the gold ones of `sentences`.

    Raises:
        ValueError: there is not one list of predictions for each sentence.
    """
    if len(sentences) != len(predicted):
        raise ValueError(f"expected predictions for {len(sentences)} sentences, got {len(predicted)}")
    known = frozenset(types)
    gold = [drop_overlaps(sentence.entities) for sentence in sentences]
    gold_tags, overlapping, unknown = [], 0, 0
    for sentence, flat in zip(sentences, gold, strict=True):
        overlapping += len(sentence.entities) - len(flat)
        unknown += sum(entity.label not in known for entity in flat)
        gold_tags.append(entities_to_tags(flat, len(sentence.text), BIO))
    predicted_tags = [
        entities_to_tags(entities, len(sentence.text), BIO)
        for sentence, entities in zip(sentences, predicted, strict=True)
    ]
    return Evaluation(sentences, predicted, gold, gold_tags, predicted_tags, overlapping, unknown)


def _spans(entities: Sequence[Entity]) -> set[tuple[int, int, str]]:
    """Start, end and type of each entity of a sentence."""
    return {(entity.start, entity.end, entity.label) for entity in entities}
