"""POST /v1/classify, and classifiers beside taggers."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.serving.conftest import add_classifiers, stub_service

Make = Callable[..., httpx.AsyncClient]
RESULT = {"labels": ["体育"], "scores": {"体育": 0.75, "财经": 0.25}}


@pytest.fixture
def ask(make_client: Make) -> Callable[..., Any]:
    service = add_classifiers(stub_service(max_texts=2, max_characters=5))

    def send(path: str, body: Any = None) -> Any:
        async def run() -> httpx.Response:
            async with make_client(service) as client:
                return await (client.get(path) if body is None else client.post(path, json=body))

        return asyncio.run(run())

    return send


def test_texts(ask: Any) -> None:
    answer = ask("/v1/classify", {"texts": ["进球了", ""]}).json()
    assert answer == {"model": "topic", "results": [RESULT, RESULT], "usage": {"texts": 2, "characters": 3}}


def test_pairs(ask: Any) -> None:
    answer = ask("/v1/classify", {"pairs": [["几点？", "何时？"]], "model": "same"}).json()
    assert answer == {"model": "same", "results": [RESULT], "usage": {"texts": 1, "characters": 6}}


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 422, "texts: expected either texts or pairs"),
        ({"texts": ["一"], "pairs": [["一", "二"]]}, 422, "texts: expected either texts or pairs"),
        ({"pairs": [["一"]], "model": "same"}, 422, "pairs[0]: expected two texts, got 1"),
        ({"pairs": [["一", "二"]]}, 422, "pairs: topic reads single texts: give texts"),
        ({"texts": ["一"], "model": "same"}, 422, "texts: same reads pairs of texts: give pairs"),
        ({"texts": []}, 422, "texts: expected at least 1 items"),
        ({"texts": ["一"] * 3}, 413, "texts: expected at most 2 items"),
        ({"pairs": [["一", "一二三四五六"]], "model": "same"}, 413, "pairs[0][1]: expected at most 5 characters"),
        ({"texts": ["一"], "model": "other"}, 404, "there is no such model: expected one of stub, topic, same"),
        (
            {"texts": ["一"], "model": "stub"},
            422,
            "model: stub is no classifier: name one, or ask stub at another route",
        ),
    ],
)
def test_refusals(ask: Any, body: dict[str, Any], status: int, error: str) -> None:
    answer = ask("/v1/classify", body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_tagger_is_the_default_for_entities(ask: Any) -> None:
    assert ask("/v1/tag", {"texts": ["杭州"]}).json()["model"] == "stub"
    answer = ask("/v1/tag", {"texts": ["杭州"], "model": "topic"})
    assert answer.json()["error"] == "model: topic is a classifier and finds no entities; ask it for labels"
    defaults = {row["name"]: row["default"] for row in ask("/v1/models").json()["models"]}
    assert defaults == {"stub": True, "topic": True, "same": False}


def test_without_a_classifier(make_client: Make) -> None:
    async def run() -> httpx.Response:
        async with make_client() as client:
            return await client.post("/v1/classify", json={"texts": ["一"]})

    assert asyncio.run(run()).json()["error"].startswith("model: stub is no classifier")
