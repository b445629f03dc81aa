"""Predicted labels against the labelled ones: scores by scikit-learn, and intervals by bootstrap."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import (
    confusion_matrix,
    matthews_corrcoef,
    precision_recall_fscore_support,
    roc_auc_score,
)

from ner.classifying.labelled_text import LabelledText
from ner.evaluation.bootstrap import draw_resamples, f1_interval
from ner.quantities import counted

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BINS = 10
_RESAMPLES = 2000


class ClassificationScores:
    """The scores of a classifier on labelled texts. All but MCC, ROC AUC and the calibration error are in percent.

    Labels that the classifier doesn't know count as errors: they can't be predicted.

    Args:
        texts: the texts with their labels, at least one.
        labels: the labels of the classifier.
        probabilities: the probability of each label, `(texts, labels)`.
        multi_label: whether a text can have several labels, or none.
    """

    def __init__(
        self, texts: Sequence[LabelledText], labels: Sequence[str], probabilities: Floats, *, multi_label: bool
    ) -> None:
        self.texts = texts
        self.multi_label = multi_label
        self.probabilities = probabilities
        self.unknown = sorted({label for text in texts for label in text.labels} - {*labels})
        self.labels = [*labels, *self.unknown]
        self.known = len(labels)
        places = {label: i for i, label in enumerate(self.labels)}
        self.gold: Flags = np.zeros((len(texts), len(self.labels)), dtype=bool)
        for row, text in zip(self.gold, texts, strict=True):
            row[[places[label] for label in text.labels]] = True
        self.predicted: Flags = np.zeros_like(self.gold)
        if multi_label:
            self.predicted[:, : self.known] = probabilities >= 0.5
        else:
            self.predicted[np.arange(len(texts)), probabilities.argmax(axis=1)] = True

    @property
    def correct(self) -> Flags:
        """Whether all labels of a text are right, `(texts,)`."""
        return np.asarray((self.gold == self.predicted).all(axis=1))

    @property
    def accuracy(self) -> float:
        """The share of texts of which all labels are right."""
        return float(100 * self.correct.mean())

    @cached_property
    def per_label(self) -> pd.DataFrame:
        """Precision, recall and F1 of each label, and the number of texts that have it and that are predicted."""
        precision, recall, f1, support = precision_recall_fscore_support(
            self.gold.astype(int), self.predicted.astype(int), average=None, zero_division=0.0
        )
        return pd.DataFrame(
            {
                "label": self.labels,
                "precision": 100 * precision,
                "recall": 100 * recall,
                "f1": 100 * f1,
                "texts": support,
                "predicted": self.predicted.sum(axis=0),
            }
        )

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that are in these texts or are predicted."""
        counts = self.per_label
        return float(counts["f1"][(counts["texts"] > 0) | (counts["predicted"] > 0)].mean()) if len(counts) else 0.0

    @property
    def micro_f1(self) -> float:
        """F1 over all pairs of a text and a label; with one label for each text it equals the accuracy."""
        both = (self.gold & self.predicted).sum()
        return float(200 * both / max(self.gold.sum() + self.predicted.sum(), 1))

    @property
    def mcc(self) -> float | None:
        """The correlation coefficient of Matthews, -1 to 1; None if texts can have several labels."""
        if self.multi_label:
            return None
        gold, predicted = self.gold.argmax(axis=1), self.predicted.argmax(axis=1)
        if len({*gold, *predicted}) == 1:  # scikit-learn warns, with a path of its source
            return 0.0
        return float(matthews_corrcoef(gold, predicted))

    @cached_property
    def roc_auc(self) -> float | None:
        """The area under the ROC curve, as a mean over the labels; None if no label has texts with and without it."""
        areas = [
            roc_auc_score(self.gold[:, i], self.probabilities[:, i])
            for i in range(self.known)
            if 0 < self.gold[:, i].sum() < len(self.texts)
        ]
        return float(np.mean(areas)) if areas else None

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """Texts by the probability of their prediction: how many, their mean probability, and how many are right.

        With several labels at once, each label of each text counts, with the probability of what is predicted of it.
        """
        probability, right = self._confidence()
        bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
        rows = [
            {
                "from": at / _BINS,
                "to": (at + 1) / _BINS,
                "predictions": int((bins == at).sum()),
                "mean_score": 100 * float(probability[bins == at].mean()),
                "right": 100 * float(right[bins == at].mean()),
            }
            for at in range(_BINS)
            if (bins == at).any()
        ]
        return pd.DataFrame(rows)

    @property
    def calibration_error(self) -> float:
        """The expected calibration error (Guo et al. 2017, equation 3): how far scores are from the share of right
        predictions, 0 to 1, over ten bins.
        """
        table = self.reliability
        gaps = (table["mean_score"] - table["right"]).abs() / 100
        return float((gaps * table["predictions"]).sum() / table["predictions"].sum())

    @cached_property
    def confusion(self) -> pd.DataFrame | None:
        """How often each label (row) is predicted as each label (column); None if texts can have several labels."""
        if self.multi_label:
            return None
        everything = range(len(self.labels))
        counts = confusion_matrix(self.gold.argmax(axis=1), self.predicted.argmax(axis=1), labels=[*everything])
        return pd.DataFrame(counts, index=self.labels, columns=self.labels)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """The numbers of gold, predicted and correct labels of each text, `(texts, 3)`."""
        flags = (self.gold, self.predicted, self.gold & self.predicted)
        return np.stack([flag.sum(axis=1) for flag in flags], axis=1).astype(np.int64)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy, or of micro F1 if texts can have several labels, by bootstrap."""
        return f1_interval(self.counts)

    @cached_property
    def macro_f1_interval(self) -> tuple[float, float]:
        """The 95% interval of macro F1 by bootstrap."""
        drawn = [self._macro_f1(times) for batch in draw_resamples(len(self.texts), _RESAMPLES) for times in batch]
        low, high = np.percentile(drawn, [2.5, 97.5])
        return float(low), float(high)

    def to_dict(self) -> dict[str, Any]:
        """All numbers, ready for JSON."""
        return {
            "texts": len(self.texts),
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "micro_f1": self.micro_f1,
            "interval": list(self.interval),
            "macro_f1_interval": list(self.macro_f1_interval),
            "mcc": self.mcc,
            "roc_auc": self.roc_auc,
            "calibration_error": self.calibration_error,
            "labels": {
                row["label"]: {name: row[name] for name in ("precision", "recall", "f1", "texts", "predicted")}
                for row in self.per_label.astype(object).to_dict("records")
            },
        }

    def _confidence(self) -> tuple[Floats, Flags]:
        if self.multi_label:
            predicted, gold = self.predicted[:, : self.known], self.gold[:, : self.known]
            probability = np.where(predicted, self.probabilities, 1 - self.probabilities)
            return probability.ravel(), (predicted == gold).ravel()
        return self.probabilities.max(axis=1), self.correct

    def _macro_f1(self, times: Floats) -> float:
        """The macro F1 if each text is there so many times, `(texts,)`."""
        both = times @ (self.gold & self.predicted)
        either = times @ self.gold.astype(np.int64) + times @ self.predicted.astype(np.int64)
        return float(np.mean(200 * both[either > 0] / either[either > 0]))


def format_scores(scores: ClassificationScores, most: int = 30) -> str:
    """The scores in lines of text for a terminal.

    Args:
        scores: the scores.
        most: the most labels that are listed.
    """
    low, high = scores.interval
    name = "micro F1" if scores.multi_label else "accuracy"
    first = scores.micro_f1 if scores.multi_label else scores.accuracy
    least, highest = scores.macro_f1_interval
    facts: Mapping[str, str | None] = {
        "all labels right": f"{scores.accuracy:.2f}" if scores.multi_label else None,
        "MCC": None if scores.mcc is None else f"{scores.mcc:.3f}",
        "ROC AUC": None if scores.roc_auc is None else f"{scores.roc_auc:.4f}",
        "calibration error": f"{scores.calibration_error:.3f}",
    }
    lines = [
        f"{name} {first:.2f} (95% interval {low:.2f} to {high:.2f}) on {counted(len(scores.texts), 'text')}",
        f"macro F1 {scores.macro_f1:.2f} (95% interval {least:.2f} to {highest:.2f})",
        ", ".join(f"{fact} {value}" for fact, value in facts.items() if value is not None),
    ]
    rows = scores.per_label.sort_values("texts", ascending=False, kind="stable")
    shown = rows.head(most)
    lines += [
        f"  {row.label}: F1 {row.f1:.2f}, precision {row.precision:.2f}, recall {row.recall:.2f}, {texts}"
        for row, texts in zip(shown.itertuples(), [counted(each, "text") for each in shown["texts"]], strict=True)
    ]
    if len(rows) > most:
        lines.append(f"  and {len(rows) - most:,} more labels")
    return "\n".join(lines)
