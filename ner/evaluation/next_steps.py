"""What to do next, from the numbers of a report."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ner.evaluation.entity_errors import EntityError
from ner.evaluation.error_tables import CONFIDENT
from ner.evaluation.evaluation_report import FEWEST_SENTENCES, Report
from ner.evaluation.weaknesses import SEEN, UNSEEN

_ENOUGH = 10
"""Gold entities of a group that is worth a sentence."""
_FAIR_SHARE = 1 / 3
"""Of the commonest kind of error, for a type to be named with it."""
_MENDS = {
    "wrong type": "see which types are taken for each other, and whether the rules of annotation tell them apart",
    "too short": "see whether gold and train agree on where such names begin and end",
    "too long": "see whether gold and train agree on where such names begin and end",
    "overlapping": "see whether gold and train agree on where such names begin and end",
    "missed": "label more training text that has them",
    "invented": "see whether gold has forgotten them, then label more training text where such words are no entities",
}


def next_steps(report: Report) -> Iterator[str]:
    """A few sentences, the most urgent first; each names the numbers that it is drawn from."""
    if not report.evaluation.scores.gold_chunks:
        yield "There is no gold entity: nothing can be said of what is found, only of what is invented."
        return
    if not report.errors:
        yield "Nothing is wrong here: try a harder test."
        return
    frames = {table.name: table.frame for table in report.all_tables}
    if doubtful := len(report.doubtful_gold):
        yield (
            f"{_times(doubtful, 'error')} of {len(report.errors):,} "
            f"{'contradicts' if doubtful == 1 else 'contradict'} gold with a score of {CONFIDENT:g} or more: look at "
            "these labels first, for some may be wrong in gold."
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
                f"Of entities whose form train has under their type, {seen[SEEN]['recall']:.1f}% are found; of those "
                f"whose form it doesn't have, {seen[UNSEEN]['recall']:.1f}%."
            )
    # Of the predictions of a tool, not of a model, the characters aren't known.
    yield _chance(report, of_model=report.background.characters is not None)


def _commonest(errors: Sequence[EntityError]) -> str:
    """The commonest kind of error, and the type that has a fair share of it, if one has."""
    kind, count = Counter(error.kind for error in errors).most_common(1)[0]
    type_, in_type = Counter(error.entity.label for error in errors if error.kind == kind).most_common(1)[0]
    where = f", {in_type:,} of them in {type_}" if in_type >= _FAIR_SHARE * count else ""
    return (
        f"The commonest error is “{kind}”: {count:,} of {len(errors):,} ({count / len(errors):.0%}){where}. "
        f"To mend it, {_MENDS[kind]}."
    )


def _chance(report: Report, *, of_model: bool) -> str:
    """How far F1 depends on the choice of the sentences; `of_model`, and how two models are compared."""
    if report.interval is None:
        return (
            f"With {_times(len(report.evaluation.sentences), 'sentence')} nothing can be said of how far F1 would move "
            f"with others: label {FEWEST_SENTENCES} or more, better some hundreds."
        )
    low, high = report.interval
    return (
        f"In 95% of resamples of these sentences F1 lies between {low:.2f} and {high:.2f}: that another F1 within this "
        "range is higher or lower may be chance."
    ) + (
        " To know whether another model is better, let evaluate read both on the same sentences: give it --model twice."
        if of_model
        else ""
    )


def _times(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"
