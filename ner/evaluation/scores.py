"""Scores of predicted entities: those of conlleval, and the strict ones of seqeval."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

import conlleval
from ner.characters.character_table import CharacterTable
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.schemes import BIO, entities_to_tags
from ner.data.type_table import KEEP_TYPES, TypeTable, map_types
from ner.data.unknown_spans import require_known
from ner.errors import InputError
from ner.quantities import counted

if TYPE_CHECKING:
    import pandas as pd

    from ner.evaluation.evaluation_report import Report
    from ner.evaluation.side_by_side import SideBySide


class TextTagger(Protocol):
    """A tagger that can be evaluated: its name, training record, types, and the characters of its encoder."""

    name: str
    types: list[str]
    table: CharacterTable

    @property
    def record(self) -> Mapping[str, Any] | None:
        """The training record, or None."""
        ...

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text."""
        ...


@dataclass(frozen=True)
class Evaluation:
    """Predictions for annotated sentences, with their scores, their errors and a report.

    >>> from ner import Sentence, Tagger
    >>> result = Tagger.load().evaluate([Sentence("他在上海工作。", [(2, 4, "LOC")])])
    >>> result.f1
    100.0
    >>> result.per_type["type"].tolist()
    ['LOC']
    >>> len(result.errors)
    0

    Args:
        sentences: the annotated sentences.
        entities: the predicted entities of each sentence.
        flat_gold: the gold entities of each sentence, without entities that overlap a longer one.
        gold: the gold entities as BIO tags, one per character. The schemes of data and model don't matter.
        predicted: the predicted entities as BIO tags.
        overlapping: the number of gold entities that are left out because they overlap a longer one.
        unknown_types: the number of gold entities whose type the model doesn't know. The model can't find them.
        seconds: the time of tagging; None if it is not known.
        tagger: the tagger, if it made the predictions.
        split: the data, if the tagger made the predictions.
    """

    sentences: Sequence[Sentence]
    entities: Sequence[Sequence[Entity]]
    flat_gold: list[list[Entity]]
    gold: list[list[str]]
    predicted: list[list[str]]
    overlapping: int
    unknown_types: int
    seconds: float | None = None
    tagger: TextTagger | None = field(default=None, repr=False, compare=False)
    split: Split | None = field(default=None, repr=False, compare=False)

    @property
    def f1(self) -> float:
        """Entity-level micro F1 in percent, as conlleval computes it."""
        return self.scores.f1

    @property
    def precision(self) -> float:
        """Correct entities in percent of all predicted entities."""
        return self.scores.precision

    @property
    def recall(self) -> float:
        """Correct entities in percent of all gold entities."""
        return self.scores.recall

    @property
    def per_type(self) -> "pd.DataFrame":
        """A row for each type: `type`, `gold`, `predicted`, `correct`, and `precision`, `recall`, `f1` in percent."""
        from ner.evaluation.entity_tables import type_table

        return type_table(self)

    @property
    def errors(self) -> "pd.DataFrame":
        """A row for each error, the least certain first.

        The columns are `path`, `line` and `kind`; `type`, `start`, `end` and `text`, with the prefixes `gold_` and
        `predicted_`; `score`; and `context`, the text around the entity.
        """
        from ner.evaluation.entity_errors import find_errors
        from ner.evaluation.error_tables import error_list, least_certain_first

        return error_list(self.sentences, least_certain_first(find_errors(self)))

    def report(self, train: Split | None = None, no_train: str = "") -> "Report":
        """Make the report. `train` and `no_train` are those of `Background`."""
        from ner.evaluation.evaluation_report import Background, Report

        path = self.sentences[0].path if self.sentences else ""
        split = self.split or Split(path, list(self.sentences))
        if self.tagger is None:
            return Report(self, Background(split, "predictions", train=train, no_train=no_train))
        from ner.evaluation.train_split import take_trained_part

        tagger, record = self.tagger, self.tagger.record
        train = train and take_trained_part(train, record)
        background = Background(split, tagger.name, record, tagger.table, train, no_train, tagger.types)
        return Report(self, background)

    def tables(self, train: "Split | Sequence[Sentence] | None" = None) -> "dict[str, pd.DataFrame]":
        """All tables of the report as data frames, by the names of their CSV files.

        They include `confusion` (types of entities with right boundaries), `by_entity_length`, and, with `train`,
        `by_seen` and `by_frequency` (how often train contains the surface form).

        Args:
            train: the training data.
        """
        return {table.name: table.frame for table in self.report(_as_split(train)).all_tables}

    def write_report(self, folder: str | Path, train: Split | Sequence[Sentence] | None = None) -> None:
        """Write `report.html`, `report.md`, `scores.json` and CSV tables into `folder`.

        Args:
            folder: the folder of the report.
            train: the training data. With them, the report compares entities that occur in train with new entities.

        Raises:
            InputError: the folder holds other files, or the data.
            OSError: the folder can't be written.
        """
        from ner.evaluation.report_files import check_report_folder, write_report

        check_report_folder(Path(folder), "folder", {Path(sentence.path) for sentence in self.sentences})
        write_report(self.report(_as_split(train)), Path(folder))

    def compare(self, other: "Evaluation") -> "SideBySide":
        """Compare this evaluation (A) with `other` (B): F1 differences with intervals and p, fixed and broken entities.

        Raises:
            ValueError: the two evaluations have different sentences.
        """
        from ner.evaluation.side_by_side import SideBySide

        if not isinstance(other, Evaluation):
            raise InputError(f"expected `other` to be an evaluation, got {other!r:.60}")
        return SideBySide(self.report(), other.report())

    def _repr_html_(self) -> str:
        """The table of scores for a notebook."""
        from ner.pages.frame_html import render_frame

        title = f"F1 {self.f1:.2f}, precision {self.precision:.2f}, recall {self.recall:.2f}"
        return render_frame(self.per_type, f"{title} on {counted(len(self.sentences), 'sentence')}")

    @cached_property
    def scores(self) -> conlleval.Scores:
        """Entity-level scores as conlleval computes them."""
        return conlleval.evaluate(self.gold, self.predicted)

    @cached_property
    def strict(self) -> dict[str, float]:
        """Precision, recall and F1 of seqeval's strict mode, in percent. Entities with illegal tags don't count."""
        from seqeval.scheme import IOB2, Entities

        # Its metrics look through all entities for each type; sets give the same numbers at once.
        gold, found = ({*chain(*Entities(tags, IOB2).entities)} for tags in (self.gold, self.predicted))
        correct = len(gold & found)
        precision, recall = correct / max(1, len(found)), correct / max(1, len(gold))
        f1 = 2 * precision * recall / (precision + recall or 1.0)
        return {"precision": 100 * precision, "recall": 100 * recall, "f1": 100 * f1}

    @property
    def has_scores(self) -> bool:
        """Whether any predicted entity has a score. Predictions of other tools have no scores."""
        return any(entity.score is not None for entity in chain.from_iterable(self.entities))

    @cached_property
    def entity_scores(self) -> "pd.DataFrame":
        """A row for each predicted entity with a score: `score`, and `correct` (a bool)."""
        import pandas as pd  # importing it takes longer than scoring most files

        rows = []
        for gold, found in zip(self.flat_gold, self.entities, strict=True):
            spans = _spans(gold)
            rows += [(e.score, (e.start, e.end, e.label) in spans) for e in found if e.score is not None]
        return pd.DataFrame(rows, columns=["score", "correct"]).astype({"score": float, "correct": bool})

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """The numbers of gold, predicted and correct entities of each sentence, `(sentences, 3)`."""
        scores = [
            conlleval.evaluate([gold], [predicted]) for gold, predicted in zip(self.gold, self.predicted, strict=True)
        ]
        counts = [(row.gold_chunks, row.predicted_chunks, row.correct_chunks) for row in scores]
        return np.array(counts, dtype=np.int64).reshape(-1, 3)

    @property
    def characters_a_second(self) -> float | None:
        """The speed of tagging in characters per second; None if it is not known."""
        return sum(len(sentence.text) for sentence in self.sentences) / self.seconds if self.seconds else None

    def to_dict(self) -> dict[str, Any]:
        """All scores, ready for JSON."""
        return {
            "sentences": len(self.sentences),
            "conlleval": self.scores.to_dict(),
            "seqeval_strict": self.strict,
            "unreachable": {"overlapping": self.overlapping, "unknown_types": self.unknown_types},
            "characters_a_second": self.characters_a_second and round(self.characters_a_second),
        }


def evaluate(
    tagger: TextTagger, sentences: Split | Sequence[Sentence], types_map: TypeTable = KEEP_TYPES
) -> Evaluation:
    """Tag the texts of annotated sentences, and compare the predictions with their entities.

    Args:
        tagger: the tagger.
        sentences: the annotated sentences.
        types_map: new names of types, for annotated and for predicted entities; None removes a type.

    Raises:
        InputError: a sentence contains the tag ?.
    """
    split = sentences if isinstance(sentences, Split) else Split.from_sentences(sentences, "sentences")
    require_known(split.sentences)
    split = split.with_types(types_map)
    began = time.perf_counter()
    predicted = tagger.tag([sentence.text for sentence in split.sentences])
    seconds = time.perf_counter() - began
    known = [name for type_ in tagger.types if (name := types_map.get(type_, type_)) is not None]
    predicted = [[*map_types(entities, types_map)] for entities in predicted]
    compared = compare(split.sentences, predicted, known)
    return replace(compared, seconds=seconds, tagger=tagger, split=split)


def compare(sentences: Sequence[Sentence], predicted: Sequence[Sequence[Entity]], types: Sequence[str]) -> Evaluation:
    """Compare predicted entities with the entities of annotated sentences.

    Predictions of types that annotators have not looked for don't count.

    Args:
        sentences: the annotated sentences.
        predicted: the predicted entities of each sentence.
        types: the types that the model knows.

    Raises:
        ValueError: the numbers of sentences and predictions differ.
    """
    if len(sentences) != len(predicted):
        raise ValueError(f"expected `predicted` to have {len(sentences)} lists, one per sentence, got {len(predicted)}")
    predicted = [
        [entity for entity in found if entity.label in sentence.looked_for] if sentence.looked_for else found
        for sentence, found in zip(sentences, predicted, strict=True)
    ]
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


def _as_split(train: Split | Sequence[Sentence] | None) -> Split | None:
    return train if train is None or isinstance(train, Split) else Split.from_sentences(train, "train")


def _spans(entities: Sequence[Entity]) -> set[tuple[int, int, str]]:
    """Start, end and type of each entity of a sentence."""
    return {(entity.start, entity.end, entity.label) for entity in entities}
