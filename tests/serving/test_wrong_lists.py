"""Lists with a million wrong items: refused at their first one, so that other requests need not wait."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.serving.test_routes import send

WRONG = [1] * 100_000
KSERVE = {"name": "text", "shape": [1], "datatype": "BYTES"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/tag", {"texts": ["a"], "types": WRONG}),
        ("/v1/tag", {"texts": ["a"], "fixed": WRONG}),
        ("/v1/tag", {"texts": ["a"], "fixed": [WRONG]}),
        ("/v1/embed", {"texts": WRONG}),
        ("/encode", {"id": 1, "texts": WRONG}),
        ("/encode", {"id": 1, "texts": [WRONG]}),
        ("/huggingface", {"inputs": WRONG}),
        ("/huggingface", {"inputs": "a", "parameters": {"ignore_labels": WRONG}}),
        ("/label-studio/predict", {"label_config": "<View/>", "tasks": WRONG}),
        ("/presidio/analyze", {"language": "zh", "text": WRONG}),
        ("/presidio/analyze", {"language": "zh", "text": "a", "entities": WRONG}),
        ("/v2/models/stub/infer", {"inputs": WRONG}),
        ("/v2/models/stub/infer", {"inputs": [{**KSERVE, "data": WRONG}]}),
        ("/v2/models/stub/infer", {"inputs": [{**KSERVE, "data": [WRONG]}]}),
        ("/v2/models/stub/infer", {"inputs": [{**KSERVE, "data": ["a"]}], "outputs": WRONG}),
    ],
)
def test_the_first_wrong_item_is_enough(
    path: str, body: dict[str, Any], make_client: Callable[..., httpx.AsyncClient]
) -> None:
    content = json.dumps(body).encode()
    client = make_client()
    tracemalloc.start()
    try:
        answer = send(client, "POST", path, content=content, headers={"content-type": "application/json"})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code in (413, 422)
    assert most < 50 * len(content)
