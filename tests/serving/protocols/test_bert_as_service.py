"""bert-as-service."""

from typing import Any

import pytest

from ner.serving.service import Service
from ner.serving.work_queue import Task
from tests.serving.conftest import add_classifiers
from tests.serving.protocols.conftest import Ask


def test_vectors(ask: Ask) -> None:
    answer = ask("/encode", {"id": 123, "texts": ["你好", "北京"], "is_tokenized": False})
    assert answer.json() == {"id": 123, "result": [[2.0, 0.5], [2.0, 0.5]], "status": 200}


def test_tokens(ask: Ask) -> None:
    answer = ask("/encode", {"id": "a", "texts": [["你", "好"], []], "is_tokenized": True})
    assert answer.json() == {"id": "a", "result": [[2.0, 0.5], [0.0, 0.5]], "status": 200}


@pytest.mark.parametrize("body", [{"texts": ["你好"], "is_tokenized": True}, {"texts": [["你", "好"]]}])
def test_texts_beside_tokens(ask: Ask, body: dict[str, Any]) -> None:
    answer = ask("/encode", {"id": 1, **body})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("texts: expected ")


def test_options_of_the_server(ask: Ask, service: Service) -> None:
    tasks: list[Task] = []

    async def note(task: Task, items: Any) -> list[Any]:
        tasks.append(task)
        return [{"vector": "[0.0]"} for _ in items]

    service.work = note  # type: ignore[method-assign, assignment]
    ask("/encode", {"id": 1, "texts": ["你好"]})
    ask("/encode?layer=last4&pooling=cls&model=other", {"id": 1, "texts": ["你好"]})
    assert tasks == [
        Task("stub", "embed", (("layer", "-2"), ("pooling", "mean"))),
        Task("other", "embed", (("layer", "last4"), ("pooling", "cls"))),
    ]
    assert ask("/encode?pooling=middle", {"id": 1, "texts": ["你好"]}).status_code == 422
    assert ask("/encode?layer=top", {"id": 1, "texts": ["你好"]}).status_code == 422


def test_labels_of_a_classifier(ask: Ask, service: Service) -> None:
    """macanv's server answered with one list of labels and one of scores."""
    add_classifiers(service)
    answer = ask("/encode?model=topic", {"id": 1, "texts": ["进球了", "降息了"]}).json()
    assert answer["result"] == [{"pred_label": ["体育", "体育"], "score": [0.75, 0.75]}]
    assert ask("/encode?model=topic", {"id": 1, "texts": []}).json()["result"] == [{"pred_label": [], "score": []}]
    assert ask("/encode?model=same", {"id": 1, "texts": ["进球了"]}).status_code == 422
