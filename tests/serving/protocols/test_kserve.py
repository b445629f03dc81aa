"""KServe's Open Inference Protocol."""

import json
from typing import Any

import pytest

from ner.serving.service import Service
from tests.serving.conftest import add_classifiers
from tests.serving.protocols.conftest import Ask

INFER = "/v2/models/stub/infer"
PERSON = {"start": 0, "end": 3, "label": "PER", "text": "林晓东", "score": 0.9}


def tensor(data: Any, shape: list[int], **more: Any) -> dict[str, Any]:
    return {"inputs": [{"name": "text", "shape": shape, "datatype": "BYTES", "data": data, **more}]}


def test_inference(ask: Ask) -> None:
    answer = ask(INFER, {"id": "a", "outputs": [{"name": "entities"}], **tensor(["林晓东", ""], [2])}).json()
    (output,) = answer["outputs"]
    assert [json.loads(one) for one in output.pop("data")] == [[PERSON], []]
    output_without_data = {"name": "entities", "shape": [2], "datatype": "BYTES"}
    assert answer == {"model_name": "stub", "id": "a", "outputs": [output_without_data]}


def test_a_column_without_an_id(ask: Ask) -> None:
    answer = ask(INFER, tensor([["林晓东"], ["是"]], [2, 1])).json()
    assert "id" not in answer
    assert answer["outputs"][0]["shape"] == [2, 1]


@pytest.mark.parametrize(
    "body",
    [
        tensor(["林晓东"], [2]),
        tensor(["林晓东"], [1], datatype="FP32"),
        tensor(["林晓东"], [1], name="image"),
        {**tensor(["林晓东"], [1]), "outputs": [{"name": "scores"}]},
        {"inputs": []},
    ],
)
def test_other_tensors(ask: Ask, body: Any) -> None:
    answer = ask(INFER, body)
    assert answer.status_code == 422
    assert "林" not in answer.json()["error"]


def test_a_client_that_names_no_content_type(ask: Ask) -> None:
    body = json.dumps(tensor(["林晓东"], [1])).encode()
    assert ask(INFER, {}, content=body, headers={"content-type": ""}).status_code == 200


def test_binary_data(ask: Ask) -> None:
    answer = ask(INFER, tensor([], [1]), headers={"inference-header-content-length": "9"})
    assert (answer.status_code, answer.json()["error"]) == (415, "expected all data in JSON: use binary_data=False")


def test_metadata(ask: Ask) -> None:
    server = ask("/v2").json()
    assert (server["name"], server["extensions"]) == ("bert-ner", [])
    assert ask("/v2/models/stub").json() == {
        "name": "stub",
        "versions": [],
        "platform": "bert-ner",
        "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
        "outputs": [{"name": "entities", "datatype": "BYTES", "shape": [-1]}],
    }


def test_health(ask: Ask, service: Service) -> None:
    assert ask("/v2/health/live").json() == {"live": True}
    assert ask("/v2/health/ready").json() == {"ready": True}
    assert ask("/v2/models/other/ready").json() == {"name": "other", "ready": True}
    service.draining = True
    assert ask("/v2/health/live").status_code == 200
    assert ask("/v2/health/ready").status_code == 503


def test_predictions_of_a_classifier(ask: Ask, service: Service) -> None:
    add_classifiers(service)
    (output,) = ask("/v2/models/topic/infer", tensor(["进球了", ""], [2, 1])).json()["outputs"]
    assert (output["name"], output["shape"]) == ("prediction", [2, 1])
    assert json.loads(output["data"][0]) == {"labels": ["体育"], "scores": {"体育": 0.75, "财经": 0.25}}
    body = {**tensor(["进球了"], [1]), "outputs": [{"name": "entities"}]}
    assert ask("/v2/models/topic/infer", body).status_code == 422
    assert ask("/v2/models/topic").json()["outputs"][0]["name"] == "prediction"


def test_pairs_of_texts(ask: Ask, service: Service) -> None:
    add_classifiers(service)
    for data in ([["几点", "何时"], ["", "何时"]], ["几点", "何时", "", "何时"]):
        (output,) = ask("/v2/models/same/infer", tensor(data, [2, 2])).json()["outputs"]
        assert (output["shape"], len(output["data"])) == ([2], 2)
    assert ask("/v2/models/same/infer", tensor(["几点", "何时"], [2])).status_code == 422
    assert ask("/v2/models/same").json()["inputs"][0]["shape"] == [-1, 2]
