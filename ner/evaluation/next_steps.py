"""What to do next, from the numbers of a report."""

from collections.abc import Iterator

from ner.evaluation.contents import Report
from ner.evaluation.error_tables import ALL_TYPES, CONFIDENT
from ner.evaluation.errors import KINDS
from ner.evaluation.weaknesses import SEEN, UNSEEN

_ENOUGH = 10
"""Gold entities of a group that is worth a sentence."""
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
    counts = {
        (row["type"], kind): row[kind]
        for row in frames["error_kinds"].to_dict("records")
        for kind in KINDS
        if row["type"] != ALL_TYPES
    }
    (type_, kind), count = max(counts.items(), key=lambda item: item[1])
    if len(report.errors) >= _ENOUGH:
        yield (
            f"The commonest error is “{kind}” in {type_}: {count:,} of {len(report.errors):,} "
            f"({count / len(report.errors):.0%}). To mend it, {_MENDS[kind]}."
        )
    types = [row for row in frames["types"].to_dict("records") if row["gold"] >= _ENOUGH]
    if len(types) > 1:
        worst = min(types, key=lambda row: row["f1"])
        train = f", {worst['train']:,} in train" if "train" in worst else ""
        yield f"The weakest type is {worst['type']}: F1 {worst['f1']:.2f} ({worst['gold']:,} in gold{train})."
    if "by_seen" in frames:
        seen = {row["seen in train"]: row for row in frames["by_seen"].to_dict("records")}
        if {SEEN, UNSEEN} <= {*seen} and seen[UNSEEN]["gold"] >= _ENOUGH:
            yield (
                f"Of entities whose form train has under their type, {seen[SEEN]['recall']:.1f}% are found; of those "
                f"whose form it doesn't have, {seen[UNSEEN]['recall']:.1f}%."
            )
    low, high = report.interval
    yield (
        f"Another test set of this sort would most likely give an F1 between {low:.2f} and {high:.2f}. To know whether "
        "another model is better, let evaluate read both on the same sentences: give it --model twice."
    )


def _times(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"
