"""Only where two people disagree is asked."""

from pathlib import Path

import pytest

from ner.annotating.adjudication import adjudication_tasks
from ner.annotating.annotate import open_session
from ner.annotating.label_store import LabelStore
from ner.annotating.tasks import span_of
from ner.data.entities import Sentence
from ner.errors import InputError
from ner.evaluation.agreement import compare_annotators
from ner.runs.progress import LogProgress
from tests.evaluation.test_agreement import A, B


def test_tasks() -> None:
    first, second = adjudication_tasks(compare_annotators(A, B))
    assert first.asked == ((4, 8), (8, 10))
    assert [*map(span_of, first.start)] == [(0, 3, "PER")]
    assert [len(first.readings[name]) for name in "AB"] == [2, 3]
    assert second.asked == ((3, 5),)
    assert first.rest_is_known


def test_what_both_have_is_finished(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "a.sqlite")
    agreed = [Sentence("李雷来了。", [(0, 2, "PER")])]
    tasks = adjudication_tasks(compare_annotators(A + agreed, B + agreed))
    for _ in range(2):  # also when the command is given again
        session = open_session(store, tasks, None, progress=LogProgress())
        assert [session.show(number)["text"] for number in session.queue] == [A[0].text, A[1].text]
        assert session.types == ["PER", "ORG", "LOC"]
        ((_, task, answer),) = store.finished()
        assert (task.text, answer.entities) == ("李雷来了。", ((0, 2, "PER"),))


def test_unknown_parts() -> None:
    with pytest.raises(InputError, match=r"tag \?"):
        adjudication_tasks(compare_annotators([Sentence("张伟", unknown=((0, 1),))], [Sentence("张伟")]))
