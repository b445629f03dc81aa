"""macanv's HTTP service."""

import pytest

from tests.serving.protocols.conftest import Ask


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("林晓东在杭州。", [["B-PER", "I-PER", "I-PER", "O", "B-LOC", "I-LOC", "O"]]),
        ("你好", [["O", "O"]]),
        ("你", ["O"]),
        ("", []),
    ],
)
def test_tags(ask: Ask, query: str, data: list[object]) -> None:
    assert ask("/ner_predict_service", params={"query": query}).json() == {"code": 0, "query": query, "data": data}


def test_no_text(ask: Ask) -> None:
    answer = ask("/ner_predict_service")
    assert (answer.status_code, answer.json()["error"]) == (422, "query: is missing")
