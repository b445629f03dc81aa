"""An evaluation as text for a terminal."""

from typing import TYPE_CHECKING

import conlleval
from ner.evaluation.scores import Evaluation

if TYPE_CHECKING:
    from ner.evaluation.evaluation_report import Report


def format_summary(evaluation: Evaluation) -> str:
    """The table of conlleval, the strict score of seqeval, and the number of gold entities that can't be predicted."""
    strict = evaluation.strict
    lines = [
        conlleval.report(evaluation.scores).rstrip("\n"),
        f"seqeval strict: precision: {strict['precision']:6.2f}%; recall: {strict['recall']:6.2f}%; "
        f"F1: {strict['f1']:6.2f}",
    ]
    if evaluation.has_scores:
        from ner.evaluation.confidence import calibration_error  # brings pandas

        scored = evaluation.entity_scores
        lines.append(
            f"mean score {scored['score'].mean():.2%}, {scored['correct'].mean():.2%} of the entities are correct; "
            f"calibration error {calibration_error(scored):.2%}"
        )
    if evaluation.overlapping:
        lines.append(
            f"{evaluation.overlapping:,} gold entities overlap longer entities; the model can't predict both, "
            "so the table leaves the shorter ones out"
        )
    if evaluation.unknown_types:
        lines.append(
            f"{evaluation.unknown_types:,} gold entities have a type that the model doesn't know; they count as missed"
        )
    return "\n".join(lines)


def format_unseen(report: "Report") -> str:
    """The scores of the entities that are not in train, in one line; "" if that is not known."""
    if (row := report.unseen) is None:
        return ""
    return (
        f"entities that are not in train: {row['gold']:,} of {report.evaluation.scores.gold_chunks:,}; "
        f"recall: {row['recall']:6.2f}%; F1: {row['f1']:6.2f}"
    )


def format_confidence(evaluation: Evaluation) -> str:
    """The tables of reliability and of minimum scores as text; one sentence if the predictions have no scores."""
    if not evaluation.has_scores:
        return "the predictions have no scores, so there are no tables by score"
    from ner.evaluation.confidence import reliability_table, threshold_table  # bring pandas

    reliability = reliability_table(evaluation.entity_scores)
    thresholds = threshold_table(evaluation.entity_scores, evaluation.scores.gold_chunks)
    shares = {"mean_score": "{:.1%}".format, "correct": "{:.1%}".format}
    return (
        f"share of correct entities, by score:\n{reliability.to_string(index=False, formatters=shares)}\n\n"
        f"entities above a minimum score:\n{thresholds.to_string(index=False)}"
    )
