"""An evaluation as text for a terminal."""

import conlleval
from ner.evaluation.scores import Evaluation


def format_summary(evaluation: Evaluation) -> str:
    """Conlleval's table with the strict score of seqeval and the gold entities out of reach under it."""
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


def format_confidence(evaluation: Evaluation) -> str:
    """The tables by score and by lowest score, for a terminal; one sentence where there are no scores."""
    if not evaluation.has_scores:
        return "no predicted entity has a score: there are no tables by score"
    from ner.evaluation.confidence import reliability_table, threshold_table  # bring pandas

    reliability = reliability_table(evaluation.entity_scores)
    thresholds = threshold_table(evaluation.entity_scores, evaluation.scores.gold_chunks)
    shares = {"mean_score": "{:.1%}".format, "correct": "{:.1%}".format}
    return (
        f"how many are correct, by score:\n{reliability.to_string(index=False, formatters=shares)}\n\n"
        f"what is left with `min_score`:\n{thresholds.to_string(index=False)}"
    )
