"""Evaluations as text for a terminal and as files for a folder."""

import json
from pathlib import Path

import pandas as pd

import conlleval
from ner.evaluation.confidence import calibration_error, reliability_table, scored_entities, threshold_table
from ner.evaluation.scores import Evaluation
from ner.files import atomic_writer

# Columns are separated by spaces in the format of conlleval.pl, so a space among the characters is shown by this.
VISIBLE_SPACE = "␣"
SENTENCES = "sentences.csv"


def summary(evaluation: Evaluation) -> str:
    """Conlleval's table with seqeval's strict score and the gold entities out of reach under it."""
    strict = evaluation.strict
    lines = [
        conlleval.report(evaluation.scores).rstrip("\n"),
        f"seqeval strict: precision: {strict['precision']:6.2f}%; recall: {strict['recall']:6.2f}%; "
        f"F1: {strict['f1']:6.2f}",
    ]
    scored = scored_entities(evaluation)
    if len(scored):
        lines.append(
            f"scores: {scored['score'].mean():.2%} on average, {scored['correct'].mean():.2%} of the entities correct; "
            f"calibration error {calibration_error(scored):.2%}"
        )
    if evaluation.overlapping:
        lines.append(
            f"{evaluation.overlapping:,} gold entities overlap longer ones; no prediction can reach them, "
            "and the table leaves them out"
        )
    if evaluation.unknown_types:
        lines.append(
            f"{evaluation.unknown_types:,} gold entities are of a type that the model never saw; "
            "the table counts them as missed"
        )
    return "\n".join(lines)


def confidence(evaluation: Evaluation) -> str:
    """The tables by score and by lowest score, for a terminal."""
    reliability = reliability_table(scored_entities(evaluation))
    shares = {"mean_score": "{:.1%}".format, "correct": "{:.1%}".format}
    return (
        f"how many are correct, by score:\n{reliability.to_string(index=False, formatters=shares)}\n\n"
        f"what is left with --min-score:\n{threshold_table(evaluation).to_string(index=False)}"
    )


def type_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row for each type: gold, predicted and correct entities, precision, recall and F1 in percent."""
    return pd.DataFrame(
        [
            {
                "type": name,
                "gold": row.gold_chunks,
                "predicted": row.predicted_chunks,
                "correct": row.correct_chunks,
                "precision": round(row.precision, 2),
                "recall": round(row.recall, 2),
                "f1": round(row.f1, 2),
            }
            for name, row in evaluation.scores.types.items()
        ],
        columns=["type", "gold", "predicted", "correct", "precision", "recall", "f1"],
    )


def sentence_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row for each sentence, in order: its gold, predicted and correct entities."""
    scores = [
        conlleval.evaluate([gold], [predicted])
        for gold, predicted in zip(evaluation.gold, evaluation.predicted, strict=True)
    ]
    return pd.DataFrame(
        [(row.gold_chunks, row.predicted_chunks, row.correct_chunks) for row in scores],
        columns=["gold", "predicted", "correct"],
    )


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Write `predictions.txt` as conlleval.pl reads it, `scores.json` and tables as CSV into `folder`.

    The tables are by type, by sentence, by score (`reliability.csv`) and by lowest score (`thresholds.csv`).

    Raises:
        OSError: the folder can't be written.
    """
    with atomic_writer(folder / "predictions.txt") as file:
        for sentence, gold, predicted in zip(evaluation.sentences, evaluation.gold, evaluation.predicted, strict=True):
            for character, gold_tag, predicted_tag in zip(sentence.text, gold, predicted, strict=True):
                shown = VISIBLE_SPACE if character.isspace() else character
                file.write(f"{shown} {gold_tag} {predicted_tag}\n")
            file.write("\n")
    with atomic_writer(folder / "scores.json") as file:
        json.dump(evaluation.to_dict(), file, ensure_ascii=False, indent=2)
        file.write("\n")
    tables = {
        "types.csv": type_table(evaluation),
        SENTENCES: sentence_table(evaluation),
        "reliability.csv": reliability_table(scored_entities(evaluation)).round(4),
        "thresholds.csv": threshold_table(evaluation),
    }
    for name, table in tables.items():
        with atomic_writer(folder / name) as file:
            table.to_csv(file, index=False)
