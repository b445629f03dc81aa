"""Hugging Face's token classification, also with their own client."""

from typing import Any

import pytest
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

from tests.serving.conftest import Served
from tests.serving.protocols.conftest import Ask

TEXT = "林晓东住在杭州。"
PERSON = {"entity_group": "PER", "score": 0.9, "word": "林晓东", "start": 0, "end": 3}
PLACE = {"entity_group": "LOC", "score": 0.9, "word": "杭州", "start": 5, "end": 7}


def test_a_text_and_a_list(ask: Ask) -> None:
    assert ask("/huggingface", {"inputs": TEXT}).json() == [PERSON, PLACE]
    assert ask("/huggingface/other", {"inputs": [TEXT, ""]}).json() == [[PERSON, PLACE], []]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (None, [PERSON, PLACE]),
        ({}, [PERSON, PLACE]),
        ({"aggregation_strategy": "first", "stride": 16}, [PERSON, PLACE]),
        ({"ignore_labels": ["O", "PER"]}, [PLACE]),
    ],
)
def test_parameters(ask: Ask, parameters: Any, expected: Any) -> None:
    assert ask("/huggingface", {"inputs": TEXT, "parameters": parameters}).json() == expected


def test_tokens_that_are_not_grouped(ask: Ask) -> None:
    answer = ask("/huggingface", {"inputs": TEXT, "parameters": {"aggregation_strategy": "none"}})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("parameters.aggregation_strategy: ")


@pytest.mark.serve
def test_inference_client(served: Served) -> None:
    client = InferenceClient(model=f"{served.url}/huggingface")
    text = "林晓东昨天从杭州赶到北京大学医院看望李教授。"
    found = client.token_classification(text, aggregation_strategy="simple")
    assert [(one.entity_group, one.word) for one in found] == [
        ("PER", "林晓东"),
        ("LOC", "杭州"),
        ("ORG", "北京大学医院"),
        ("PER", "李"),
    ]
    assert all(text[one.start : one.end] == one.word and 0 < one.score <= 1 for one in found)
    with pytest.raises(HfHubHTTPError, match="there is no such model"):
        client.token_classification(text, model=f"{served.url}/huggingface/neither")
