"""doccano."""

from tests.serving.protocols.conftest import Ask


def test_entities(ask: Ask) -> None:
    answer = ask("/doccano", {"text": "😀林晓东住在杭州。"})
    assert answer.json() == {
        "entities": [
            {"start": 1, "end": 4, "label": "PER", "text": "林晓东", "score": 0.9},
            {"start": 6, "end": 8, "label": "LOC", "text": "杭州", "score": 0.9},
        ]
    }
    assert ask("/doccano", {"text": ""}).json() == {"entities": []}


def test_a_list_of_texts(ask: Ask) -> None:
    answer = ask("/doccano", {"text": ["林晓东"]})
    assert answer.status_code == 422
    assert answer.json()["error"] == "text: expected a text"
