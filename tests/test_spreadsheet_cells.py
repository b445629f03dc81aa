import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.spreadsheet_cells import frame_to_csv, harmless_cell, original_cell

BEGINNINGS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_formulas_become_texts(beginning: str) -> None:
    assert harmless_cell(f"{beginning}1+1") == f"'{beginning}1+1"
    assert frame_to_csv(pd.DataFrame({f"{beginning}x": [f"{beginning}y", 1]})).count("'") == 2


@given(st.text(alphabet=f"'王1{BEGINNINGS}") | st.text())
def test_every_text_comes_back(text: str) -> None:
    assert original_cell(harmless_cell(text)) == text
    assert not harmless_cell(text).startswith(tuple(BEGINNINGS))


def test_numbers_stay_and_names_may_be_doubled() -> None:
    frame = pd.DataFrame([[-1, -0.5, "-", None], [2, 3.0, pd.NA, "=a"]], columns=["x", "x", "=", "+"])
    rows = [*csv.reader(io.StringIO(frame_to_csv(frame)))]
    assert rows == [["x", "x", "'=", "'+"], ["-1", "-0.5", "'-", ""], ["2", "3.0", "", "'=a"]]


def test_categories_are_texts() -> None:
    assert frame_to_csv(pd.DataFrame({"type": pd.Categorical(["=A", "B", "=A"])})) == "type\n'=A\nB\n'=A\n"
