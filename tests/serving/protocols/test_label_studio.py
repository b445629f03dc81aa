"""Label Studio's ML backend."""

from typing import Any

import pytest

from tests.serving.protocols.conftest import Ask

LABELS = '<Label value="PER"/><Label value="Place" predicted_values="LOC"/><Label value="TIME"/>'
CONFIG = f'<View><Labels name="label" toName="words">{LABELS}</Labels><Text name="words" value="$body"/></View>'


def predict(ask: Ask, tasks: list[Any], config: str = CONFIG) -> Any:
    body = {"tasks": tasks, "label_config": config, "project": "1.1795894177", "params": {"context": None}}
    answer = ask("/label-studio/predict", body)
    assert answer.status_code == 200
    return answer.json()["results"]


def region(number: int, start: int, text: str, label: str) -> dict[str, Any]:
    value = {"start": start, "end": start + len(text), "text": text, "labels": [label]}
    names = {"id": f"e{number}", "from_name": "label", "to_name": "words", "type": "labels"}
    return {**names, "score": 0.9, "value": value}


def test_regions(ask: Ask) -> None:
    tasks = [{"id": 1, "data": {"body": "😀林晓东从杭州到远山集团。"}}, {"id": 2, "data": {"body": "你好"}}]
    assert predict(ask, tasks) == [
        {
            "model_version": "stub-0a1b2c3d",
            "result": [region(0, 1, "林晓东", "PER"), region(1, 5, "杭州", "Place")],  # there is no label for ORG
            "score": 0.9,
        },
        {"model_version": "stub-0a1b2c3d", "result": []},
    ]


@pytest.mark.parametrize("data", [[], None, {}, {"body": None}, {"body": ["林晓东"]}, {"text": "林晓东"}, "林晓东", 1])
def test_tasks_without_a_text(ask: Ask, data: Any) -> None:
    results = predict(ask, [{"id": 1, "data": data}, {"id": 2}, {"id": 3, "data": {"body": "林晓东"}}])
    assert [len(one["result"]) for one in results] == [0, 0, 1]


def test_two_texts_of_a_task(ask: Ask) -> None:
    more = '<Labels name="b" toName="t"><Label value="LOC"/></Labels><Text name="t" value="$title"/></View>'
    tasks = [{"data": {"body": "林晓东", "title": "杭州"}}]
    (result,) = predict(ask, tasks, CONFIG.replace("</View>", more))
    shown = [(one["id"], one["from_name"], one["to_name"], one["value"]["text"]) for one in result["result"]]
    assert shown == [("e0", "label", "words", "林晓东"), ("e1", "b", "t", "杭州")]


def test_a_config_without_labels_for_a_text(ask: Ask) -> None:
    assert [one["result"] for one in predict(ask, [{"data": {"body": "林晓东"}}], "<View/>")] == [[]]


def test_a_config_that_is_no_xml(ask: Ask) -> None:
    answer = ask("/label-studio/predict", {"tasks": [], "label_config": "<View>"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "label_config: is not well-formed XML: no element found, line 1"


def test_the_other_routes(ask: Ask) -> None:
    assert ask("/label-studio/health").json() == {"status": "UP", "model_class": "bert-ner"}
    assert ask("/label-studio/versions").json() == {"versions": ["stub-0a1b2c3d"]}
    setup = {"project": "1.1", "schema": "<View/>", "access_token": "a token", "extra_params": None}
    assert ask("/label-studio/other/setup", setup).json() == {"model_version": "other-0a1b2c3d"}
    event = ask("/label-studio/webhook", {"action": "START_TRAINING", "project": {"id": 1}})
    assert (event.status_code, event.json()) == (201, {})
