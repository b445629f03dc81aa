"""The report on a classifier: a page for people, and tables for programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ner.classifying.classification_scores import ClassificationScores
from ner.classifying.labelled_text import LabelledText
from ner.evaluation.entity_tables import COUNTS
from ner.evaluation.report_files import SENTENCES
from ner.evaluation.report_html import cell, heading
from ner.evaluation.report_tables import Table
from ner.files import whole_folder, write_json, write_text
from ner.output_paths import check_folder
from ner.pages.highlight import clip, visible
from ner.pages.templates import Filters, page_template
from ner.spreadsheet_cells import frame_to_csv
from ner.version import installed_version

MOST_EXAMPLES = 500
_LONGEST_TEXT = 400
_PAGE, _NUMBERS, _PREDICTIONS = "report.html", "scores.json", "predictions.csv"
_LIKELY_WRONG = "likely_wrong_labels.csv"


class Example(NamedTuple):
    """A text whose prediction is another than its label."""

    place: str
    text: str
    pair: str
    gold: str
    predicted: str
    score: float
    gold_score: float


def check_classifier_report_folder(folder: Path, parameter: str, uses: Sequence[Path] = ()) -> None:
    """Make sure that a report may be written into a folder: see `ner.output_paths.check_folder`.

    Raises:
        InputError: it is in use, or holds other files.
    """
    check_folder(folder, parameter, uses, is_ours=_is_report, what="a report")


def write_classifier_report(scores: ClassificationScores, folder: Path, model: str, data: str) -> None:
    """Write `report.html`, a page without external files, `scores.json`, and CSV files of all tables and predictions.

    `sentences.csv` has the numbers of labels of each text, as `compare` reads them.

    Args:
        scores: the scores.
        folder: is created if it doesn't exist. The files of an older report are replaced, other files stay.
        model: the name of the classifier.
        data: the name of the data.

    Raises:
        OSError: the folder can't be written.
    """
    tables = _tables(scores)
    wrong = likely_wrong_labels(scores)
    with whole_folder(folder) as new:
        write_json(scores.to_dict(), new / _NUMBERS)
        for table in tables:
            write_text(frame_to_csv(table.frame), new / f"{table.name}.csv")
        write_text(frame_to_csv(pd.DataFrame(scores.counts, columns=COUNTS)), new / SENTENCES)
        write_text(frame_to_csv(predictions_table(scores)), new / _PREDICTIONS)
        write_text(frame_to_csv(pd.DataFrame(wrong, columns=Example._fields)), new / _LIKELY_WRONG)
        write_text(_render(scores, tables, wrong, model, data), new / _PAGE)


def confident_errors(scores: ClassificationScores) -> list[Example]:
    """The texts whose prediction is wrong, the most confident first."""
    examples = [_example(scores, int(at)) for at in np.flatnonzero(~scores.correct)]
    return sorted(examples, key=lambda example: -example.score)


def likely_wrong_labels(scores: ClassificationScores) -> list[Example]:
    """The errors in which the label is probably wrong, not the prediction: confident learning.

    The predicted label is at least as probable as it is on average for texts that have this label (Northcutt, Jiang and
    Chuang: Confident Learning, JAIR 2021, section 3.1). Texts with several labels or with an unknown one are left out.
    """
    if scores.multi_label:
        return []
    gold, probabilities = scores.gold.argmax(axis=1), scores.probabilities
    usual = [float(probabilities[gold == at, at].mean()) if (gold == at).any() else 1.0 for at in range(scores.known)]
    found = [
        _example(scores, int(at))
        for at in np.flatnonzero(~scores.correct & (gold < scores.known))
        if probabilities[at].max() >= usual[probabilities[at].argmax()]
    ]
    return sorted(found, key=lambda example: example.gold_score)


def predictions_table(scores: ClassificationScores) -> pd.DataFrame:
    """A row for each text: its place, its labels, the predicted ones, and the probability of the most probable one."""
    return pd.DataFrame(
        {
            "file": [text.file for text in scores.texts],
            "line": [text.line for text in scores.texts],
            "text": [text.text for text in scores.texts],
            **({"text_b": [text.pair for text in scores.texts]} if scores.texts[0].pair is not None else {}),
            "label": ["|".join(text.labels) for text in scores.texts],
            "predicted": [_names(scores, row) for row in scores.predicted],
            "score": scores.probabilities.max(axis=1).round(4),
        }
    )


def _is_report(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (_PAGE, _NUMBERS, _PREDICTIONS))


def _names(scores: ClassificationScores, flags: "np.ndarray") -> str:
    return "|".join(label for label, has in zip(scores.labels, flags, strict=True) if has)


def _example(scores: ClassificationScores, at: int) -> Example:
    text: LabelledText = scores.texts[at]
    probabilities = scores.probabilities[at]
    known = scores.gold[at][: scores.known]
    return Example(
        place=f"{text.file}:{text.line}",
        text=text.text,
        pair=text.pair or "",
        gold=" ".join(text.labels) or "none",
        predicted=_names(scores, scores.predicted[at]).replace("|", " ") or "none",
        score=float(_confidence(scores, at)),
        gold_score=float(probabilities[known].max()) if known.any() else 0.0,
    )


def _confidence(scores: ClassificationScores, at: int) -> float:
    """How sure the classifier is: the probability of its label; with several labels, that of the surest error."""
    probabilities = scores.probabilities[at]
    if not scores.multi_label:
        return float(probabilities.max())
    wrong = scores.gold[at][: scores.known] != scores.predicted[at][: scores.known]
    return float(np.maximum(probabilities, 1 - probabilities)[wrong].max()) if wrong.any() else 1.0


def _tables(scores: ClassificationScores) -> list[Table]:
    numbers = {name: ".2f" for name in ("precision", "recall", "f1", "mean_score", "right")}
    labels = Table("labels", "Labels", "Scores of each label, the most frequent first.", _by_frequency(scores), numbers)
    tables = [labels]
    if (confused := _confused(scores)) is not None:
        advice = "Which label is predicted in place of which. Look for labels whose meaning overlaps."
        tables.append(Table("confusion", "Confusions", advice, confused, {}))
    advice = "Predictions by their score. With calibrated scores, the share of right ones is close to the mean score."
    formats = {**numbers, "from": ".1f", "to": ".1f"}
    tables.append(Table("reliability", "Reliability of scores", advice, scores.reliability, formats))
    return tables


def _by_frequency(scores: ClassificationScores) -> pd.DataFrame:
    return scores.per_label.sort_values("texts", ascending=False, kind="stable")


def _confused(scores: ClassificationScores) -> pd.DataFrame | None:
    """The pairs of labels that are confused, the most frequent first."""
    if scores.confusion is None:
        return None
    counts = scores.confusion.to_numpy().copy()
    np.fill_diagonal(counts, 0)
    places = np.argwhere(counts > 0)
    rows = sorted(((int(counts[i, j]), i, j) for i, j in places), key=lambda row: -row[0])
    return pd.DataFrame(
        [(scores.labels[i], scores.labels[j], count) for count, i, j in rows], columns=["gold", "predicted", "texts"]
    )


def _render(scores: ClassificationScores, tables: list[Table], wrong: list[Example], model: str, data: str) -> str:
    filters: Filters = {
        "cell": cell,
        "heading": heading,
        "visible": visible,
        "clip": lambda text: clip(text, _LONGEST_TEXT),
    }
    errors = confident_errors(scores)
    return page_template("classifying/classifier_report.html.j2", filters).render(
        scores=scores,
        tables=tables,
        errors=errors[:MOST_EXAMPLES],
        error_count=len(errors),
        wrong=wrong[:MOST_EXAMPLES],
        wrong_count=len(wrong),
        model=model,
        data=data,
        version=installed_version("bert-ner"),
    )
