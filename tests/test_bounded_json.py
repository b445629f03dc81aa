import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.bounded_json import DEEPEST, LONGEST_NUMBER, has_half_character, parse_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_what_others_write_is_read(value: Any) -> None:
    assert parse_json(json.dumps(value)) == value


@pytest.mark.parametrize("beginning", ["[", '{"a":', '[{"a":[1],"b":'])
@pytest.mark.parametrize("times", [DEEPEST + 1, 100_000])
def test_deep_nesting_is_one_sentence(beginning: str, times: int) -> None:
    end = "".join({"[": "]", "{": "}"}.get(c, "") for c in reversed(beginning.replace("[1]", "")))
    with pytest.raises(ValueError, match=f"^it is nested more than {DEEPEST} deep$"):
        parse_json(beginning * times + "1" + end * times)


def test_the_deepest_is_read() -> None:
    assert parse_json("[" * DEEPEST + "1" + "]" * DEEPEST)


@pytest.mark.parametrize("sign", ["", "-"])
def test_endless_numbers_are_one_sentence(sign: str) -> None:
    assert parse_json("9" * LONGEST_NUMBER) == 10**LONGEST_NUMBER - 1
    with pytest.raises(ValueError, match=r"^a number has \d,\d+ digits, more than 100$"):
        parse_json(f'{{"start": {sign}{"9" * 5000}}}')


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_half_characters_are_found(text: str) -> None:
    written = json.dumps([text])
    read = parse_json(written)
    assert has_half_character(read, written) == any("\ud800" <= c <= "\udfff" for c in read[0])
