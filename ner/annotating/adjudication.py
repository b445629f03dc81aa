"""Tasks from the labels of two people: only where they disagree is asked."""

from ner.annotating.proposals import merge_overlaps
from ner.annotating.tasks import Task
from ner.data.unknown_spans import require_known
from ner.evaluation.agreement import Agreement


def adjudication_tasks(agreement: Agreement) -> list[Task]:
    """Make a task of each text that both people have labelled.

    What both have is known. The parts with disagreements are asked; a text on which both agree has none.

    Raises:
        InputError: some texts have unknown parts.
    """
    require_known(agreement.sentences)
    parts: dict[int, list[tuple[int, int]]] = {}
    for one in agreement.disagreements:
        parts.setdefault(one.sentence, []).append(one.span)
    labelled = zip(agreement.sentences, agreement.evaluation.flat_gold, agreement.evaluation.entities, strict=True)
    return [
        Task(
            sentence.text,
            sentence.document,
            {"A": tuple(a), "B": tuple(b)},
            asked=merge_overlaps(parts.get(number, ())),
            rest_is_known=True,
        )
        for number, (sentence, a, b) in enumerate(labelled)
    ]
