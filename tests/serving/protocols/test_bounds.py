"""Limits and models, which are the same in every protocol."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner.serving.api_keys import ApiKeys
from ner.serving.service import Service
from tests.serving.protocols.conftest import Ask

CONFIG = '<View><Labels name="l" toName="t"><Label value="PER"/></Labels><Text name="t" value="$text"/></View>'
LONG = "王" * 21


def infer(texts: list[str]) -> dict[str, Any]:
    return {"inputs": [{"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": texts}]}


def predict(texts: list[str]) -> dict[str, Any]:
    return {"tasks": [{"id": 1, "data": {"text": text}} for text in texts], "label_config": CONFIG}


BODIES: dict[str, Any] = {
    "/label-studio/predict": predict,
    "/presidio/analyze": lambda texts: {"text": texts, "language": "zh"},
    "/huggingface": lambda texts: {"inputs": texts},
    "/v2/models/stub/infer": infer,
    "/encode": lambda texts: {"id": 1, "texts": texts},
}


@pytest.mark.parametrize("path", BODIES)
def test_limits(ask: Ask, path: str) -> None:
    many, long = ask(path, BODIES[path](["林晓东"] * 4)), ask(path, BODIES[path](["", LONG]))
    assert (many.status_code, long.status_code) == (413, 413)
    assert "expected at most 3 items" in many.json()["error"]
    assert "expected at most 20 characters" in long.json()["error"]
    assert "王" not in long.text


def test_limits_of_single_texts(ask: Ask) -> None:
    assert ask("/doccano", {"text": LONG}).status_code == 413
    assert ask("/ner_predict_service", params={"query": LONG}).status_code == 413


@pytest.mark.parametrize("path", BODIES)
def test_no_texts(ask: Ask, path: str) -> None:
    assert ask(path, BODIES[path]([])).status_code == 200


@pytest.mark.parametrize("path", BODIES)
def test_fields_of_tools_that_mean_nothing_here(ask: Ask, path: str) -> None:
    assert ask(path, {**BODIES[path](["林晓东"]), "further": {"field": None}}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/doccano?model={}", {"text": "x"}),
        ("/presidio/analyze?model={}", {"text": "x", "language": "zh"}),
        ("/presidio/supportedentities?model={}", None),
        ("/huggingface?model={}", {"inputs": "x"}),
        ("/huggingface/{}", {"inputs": "x"}),
        ("/v2/models/{}/infer", infer(["x"])),
        ("/v2/models/{}", None),
        ("/v2/models/{}/ready", None),
        ("/encode?model={}", {"id": 1, "texts": ["x"]}),
        ("/ner_predict_service?query=xx&model={}", None),
        ("/label-studio/{}/health", None),
        ("/label-studio/{}/versions", None),
        ("/label-studio/{}/setup", {}),
        ("/label-studio/{}/webhook", {}),
        ("/label-studio/{}/predict", predict([])),
    ],
)
def test_models(ask: Ask, service: Service, path: str, body: Any) -> None:
    assert ask(path.format("other"), body).is_success
    assert ask(path.format("neither"), body).status_code == 404
    service.ready, service.models = False, {}  # while it is loading
    assert ask(path.format("other"), body).status_code == 503


def test_an_api_key_as_a_password(make_client: Callable[..., httpx.AsyncClient], key_file: Path) -> None:
    def status(*name_and_password: str) -> int:
        async def run() -> int:
            async with make_client(keys=ApiKeys(key_file)) as client:
                return (await client.get("/label-studio/health", auth=name_and_password)).status_code

        return asyncio.run(run())

    assert status("anybody", "a-secret-key") == 200
    assert status("a-secret-key", "") == 401
