"""Presidio."""

from typing import Any

import pytest

from tests.serving.protocols.conftest import Ask

TEXT = "林晓东住在杭州。"
PERSON = {"entity_type": "PER", "start": 0, "end": 3, "score": 0.9, "analysis_explanation": None}
PLACE = {"entity_type": "LOC", "start": 5, "end": 7, "score": 0.9, "analysis_explanation": None}


def test_a_text_and_a_list(ask: Ask) -> None:
    assert ask("/presidio/analyze", {"text": TEXT, "language": "zh"}).json() == [PERSON, PLACE]
    answer = ask("/presidio/analyze", {"text": [TEXT, ""], "language": "zh-Hans"})
    assert answer.json() == [[PERSON, PLACE], []]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"entities": ["LOC", "PHONE_NUMBER"]}, [PLACE]),
        ({"entities": []}, [PERSON, PLACE]),
        ({"entities": None, "score_threshold": None}, [PERSON, PLACE]),
        ({"score_threshold": 0.95}, []),
    ],
)
def test_parameters(ask: Ask, more: dict[str, Any], expected: Any) -> None:
    assert ask("/presidio/analyze", {"text": TEXT, "language": "zh", **more}).json() == expected


def test_types(ask: Ask) -> None:
    assert ask("/presidio/supportedentities", params={"language": "zh"}).json() == ["LOC", "ORG", "PER"]
    assert ask("/presidio/supportedentities").json() == ["LOC", "ORG", "PER"]


def test_another_language(ask: Ask) -> None:
    assert ask("/presidio/analyze", {"text": TEXT, "language": "en"}).status_code == 422
    assert ask("/presidio/supportedentities", params={"language": "en"}).status_code == 422
