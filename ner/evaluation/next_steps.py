"""Advice that follows from the numbers of a report."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ner.evaluation.entity_errors import EntityError
from ner.evaluation.error_tables import CONFIDENT
from ner.evaluation.evaluation_report import FEWEST_SENTENCES, Report
from ner.evaluation.weaknesses import SEEN, UNSEEN
from ner.quantities import counted

_ENOUGH = 10
"""The fewest gold entities of a group that is mentioned."""
_FAIR_SHARE = 1 / 3
"""A type is named with the most frequent kind of error if it has this share of the errors of that kind."""
_MENDS = {
    "wrong type": "check which types are confused, and whether the annotation guidelines distinguish them",
    "too short": "check whether gold and train agree on the boundaries of such entities",
    "too long": "check whether gold and train agree on the boundaries of such entities",
    "overlapping": "check whether gold and train agree on the boundaries of such entities",
    "missed": "label more training text that contains such entities",
    "invented": "check whether labels are missing in gold, then label more training text where such words are not "
    "entities",
}


def next_steps(report: Report) -> Iterator[str]:
    """Advice in a few sentences, the most urgent first. Each sentence contains the numbers that it is based on."""
    if not report.evaluation.scores.gold_chunks:
        yield "Gold has no entities: recall and F1 are undefined, only invented entities can be counted."
        return
    if not report.errors:
        yield "There are no errors: try a more difficult test set."
        return
    frames = {table.name: table.frame for table in report.all_tables}
    if doubtful := len(report.doubtful_gold):
        yield (
            f"{counted(doubtful, 'error')} of {len(report.errors):,} "
            f"{'contradicts' if doubtful == 1 else 'contradict'} gold with a score of {CONFIDENT:g} or more: check "
            "these labels first, gold may be wrong."
        )
    if len(report.errors) >= _ENOUGH:
        yield _commonest(report.errors)
    types = [row for row in frames["types"].to_dict("records") if row["gold"] >= _ENOUGH]
    if len(types) > 1:
        worst = min(types, key=lambda row: row["f1"])
        train = f", {worst['train']:,} in train" if "train" in worst else ""
        yield f"The weakest type is {worst['type']}: F1 {worst['f1']:.2f} ({worst['gold']:,} in gold{train})."
    if "by_seen" in frames:
        seen = {row["seen in train"]: row for row in frames["by_seen"].to_dict("records")}
        if all(group in seen and seen[group]["gold"] >= _ENOUGH for group in (SEEN, UNSEEN)):
            yield (
                f"{seen[SEEN]['recall']:.1f}% of the entities are found if train contains their surface form with the "
                f"same type, and {seen[UNSEEN]['recall']:.1f}% if train doesn't contain it."
            )
    # Predictions that were read from a file have no encoder, so no known characters.
    yield _chance(report, of_model=report.background.characters is not None)


def _commonest(errors: Sequence[EntityError]) -> str:
    """The most frequent kind of error, and the type that has many of them, if there is one."""
    kind, count = Counter(error.kind for error in errors).most_common(1)[0]
    type_, in_type = Counter(error.entity.label for error in errors if error.kind == kind).most_common(1)[0]
    where = f", {in_type:,} of them in {type_}" if in_type >= _FAIR_SHARE * count else ""
    share = f"{count:,} of {len(errors):,} ({count / len(errors):.0%})"
    return f"The most frequent kind of error is “{kind}”: {share}{where}. To fix it, {_MENDS[kind]}."


def _chance(report: Report, *, of_model: bool) -> str:
    """How uncertain F1 is; and with `of_model`, how to compare two models."""
    if report.interval is None:
        return (
            f"There are too few sentences ({len(report.evaluation.sentences):,}) to estimate the uncertainty of F1: "
            f"label at least {FEWEST_SENTENCES}, better several hundred."
        )
    low, high = report.interval
    return (
        f"The 95% interval of F1 is {low:.2f} to {high:.2f} (bootstrap over sentences). The difference to another F1 "
        "within this interval may be chance."
    ) + (
        " To find out whether another model is better, evaluate both on the same sentences (bert-ner evaluate takes "
        "two models)."
        if of_model
        else ""
    )
