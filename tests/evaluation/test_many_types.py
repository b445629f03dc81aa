"""Thousands of types: tables and page by the most frequent, in little time, with a word on what is left out."""

import json
import time
from pathlib import Path

import pandas as pd
import pytest

from ner.data.entities import Entity, Sentence
from ner.evaluation.entity_tables import MOST_TYPES, frequent_types
from ner.evaluation.report_files import write_report
from ner.evaluation.report_html import render_side_by_side_html
from ner.evaluation.scores import Evaluation, compare
from ner.evaluation.side_by_side import SideBySide

MANY = 3000


@pytest.fixture(scope="module")
def many() -> Evaluation:
    """Each type once and one of them often; a third is missed, a third has another type."""
    types = [f"T{number}" for number in range(MANY)]
    sentences = [Sentence("王小明在上海", [(0, 3, type_), (4, 6, "T2999")], "x", 1) for type_ in types]
    predicted = [
        [] if number % 3 == 0 else [Entity(0, 3, types[number - number % 3 // 2], "王小明", 0.5)]
        for number in range(MANY)
    ]
    return compare(sentences, predicted, types)


def test_the_most_frequent_are_kept_in_their_order(many: Evaluation) -> None:
    types = frequent_types(many)
    assert len(types) == MOST_TYPES
    assert types == [name for name in many.scores.types if name in types]
    assert "T2999" in types
    assert frequent_types(many, 10_000) == [*many.scores.types]


@pytest.mark.slow
def test_a_report(many: Evaluation, tmp_path: Path) -> None:
    began = time.perf_counter()
    write_report(many.report(), tmp_path, pictures=False)
    assert time.perf_counter() - began < 20
    assert len(pd.read_csv(tmp_path / "types.csv")) == MANY
    assert pd.read_csv(tmp_path / "confusion.csv").shape == (MOST_TYPES, MOST_TYPES + 1)
    note = "Of 3,000 types the 100 most frequent are shown where types are told apart or chosen, and 2,900 are left out"
    assert note in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert note in json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))["notes"][0]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(page) < 4_000_000
    assert page.index("T2999") < page.index('<td class="words">T0<')


@pytest.mark.slow
def test_two_side_by_side(many: Evaluation) -> None:
    both = SideBySide(many.report(), compare(many.sentences, [[]] * MANY, ["T1"]).report())
    began = time.perf_counter()
    assert len(both.differences) <= 2 * MOST_TYPES + 1
    assert len(render_side_by_side_html(both)) < 4_000_000
    assert time.perf_counter() - began < 20
