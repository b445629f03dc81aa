import json
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.report_files import write_systems
from ner.evaluation.report_html import render_side_by_side_html
from ner.evaluation.scores import compare
from ner.evaluation.side_by_side import SideBySide
from ner.evaluation.systems import SystemReports

TEXT = "王去北京找李<b>"
PER, LOC, LI = Entity(0, 1, "PER", "王"), Entity(2, 4, "LOC", "北京"), Entity(5, 6, "PER", "李")
ORG = Entity(2, 4, "ORG", "北京")
SENTENCES = [Sentence(TEXT, (PER, LOC), "test.txt", line) for line in (1, 9, 17, 25)]


def report(predicted: list[list[Entity]], name: str, sentences: list[Sentence] = SENTENCES) -> Report:
    evaluation = compare(sentences, predicted, ["LOC", "ORG", "PER"])
    return Report(evaluation, Background(Split("test.txt", sentences), name))


@pytest.fixture
def both() -> SideBySide:
    """B fixes a type in the first sentence, breaks the second, and does both in the third; the fourth stays wrong."""
    first = [[PER, ORG], [PER, LOC], [LOC], [PER]]
    second = [[PER, LOC], [PER, LOC, LI], [PER, LOC, LI], [PER]]
    return SideBySide(report(first, "first"), report(second, "<second>"))


def test_what_was_fixed_and_broken(both: SideBySide) -> None:
    changes = {change.sentence: change for change in both.changes}
    assert {i: change.direction for i, change in changes.items()} == {0: "fixed", 1: "broken", 2: "both"}
    assert changes[0].fixed == {(2, 4, "LOC", "missed"), (2, 4, "ORG", "invented")}
    assert changes[2].fixed == {(0, 1, "PER", "missed")}
    assert changes[2].broken == {(5, 6, "PER", "invented")}
    assert changes[0].types == {"LOC", "ORG"}
    tables = {table.name: table.frame for table in both.tables}
    assert tables["changed"].set_index("type").loc["all types"].tolist() == [3, 2, 1]
    assert tables["changed"].set_index("type").loc["PER"].tolist() == [1, 2, -1]
    kinds = tables["error_kinds"].set_index("kind")
    assert kinds.loc["wrong type"].tolist() == [1, 0, -1]
    assert kinds.loc["missed"].tolist() == [2, 1, -1]
    assert kinds.loc["invented"].tolist() == [0, 2, 2]


def test_differences_are_those_of_conlleval(both: SideBySide) -> None:
    rows = both.differences.set_index("type")
    assert list(rows.index) == ["all types", "LOC", "ORG", "PER"]
    for side, one in (("A", both.first), ("B", both.second)):
        assert rows.loc["all types", side] == pytest.approx(one.evaluation.scores.f1, abs=0.01)
        assert rows.loc["PER", side] == pytest.approx(one.evaluation.scores.types["PER"].f1, abs=0.01)
    assert (rows["low"] <= rows["difference"]).all()
    assert (rows["difference"] <= rows["high"]).all()
    assert both.verdict.startswith("The difference between A and B is not significant on these sentences: ")


def test_a_clear_difference_is_said_with_its_direction() -> None:
    sentences = SENTENCES * 10
    good, bad = report([[PER, LOC]] * 40, "good", sentences), report([[LOC], [PER]] * 20, "bad", sentences)
    assert SideBySide(bad, good).verdict.startswith("B is significantly better than A: +33.33 points of F1")
    assert SideBySide(good, bad).verdict.startswith("B is significantly worse than A: -33.33 points of F1")
    assert SideBySide(good, good).changes == []


def test_other_sentences_are_refused() -> None:
    other = report([[]], "other", SENTENCES[:1])
    with pytest.raises(ValueError, match="expected two reports on the same sentences"):
        SideBySide(other, report([[]], "x", [Sentence("好")]))


def test_files(both: SideBySide, tmp_path: Path) -> None:
    write_systems(SystemReports({"first": both.first, "second": both.second}), tmp_path)
    for side, one in (("A", both.first), ("B", both.second)):
        scores = json.loads((tmp_path / side / "scores.json").read_text(encoding="utf-8"))
        assert scores["conlleval"]["f1"] == round(one.evaluation.scores.f1, 2)
        assert (tmp_path / side / "report.html").exists()
    content = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert content["sentences_changed"] == {"both": 1, "fixed": 1, "broken": 1}
    assert content["tables"]["differences"][0]["type"] == "all types"
    changes = pd.read_csv(tmp_path / "sentences.csv")
    assert set(changes["direction"]) == {"fixed", "broken", "both"}
    row = changes[changes["direction"] == "both"].iloc[0]
    assert (row["line"], row["fixed"], row["broken"], row["text"]) == (
        17, "王 PER 0-1 (missed)", "李 PER 5-6 (invented)", TEXT
    )  # fmt: skip
    assert pd.read_csv(tmp_path / "differences.csv")["type"].tolist()[0] == "all types"
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "- B: &lt;second&gt;\n" in markdown
    assert "- test.txt:17, fixed 王 PER 0-1 (missed), broken 李 PER 5-6 (invented)\n" in markdown


def test_the_notes_of_both_are_told_with_whose_they_are(both: SideBySide, tmp_path: Path) -> None:
    same = "No confidence tables and no doubtful gold: the predictions have no scores."
    fewer = compare(SENTENCES, both.second.evaluation.entities, ["PER"])
    both = SideBySide(both.first, replace(both.second, evaluation=fewer))
    assert set(both.notes) >= {f"A and B: {same}", f"B: {both.second.notes[0]}"}
    assert both.second.notes[0] == "4 gold entities have a type that the model doesn't know. They count as missed."
    write_systems(SystemReports({"first": both.first, "second": both.second}), tmp_path)
    assert json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))["notes"] == both.notes
    for name in ("report.html", "report.md"):
        content = unescape((tmp_path / name).read_text(encoding="utf-8"))
        assert all(note in content for note in both.notes)


def test_the_page_shows_three_readings_of_each_sentence(both: SideBySide) -> None:
    page = render_side_by_side_html(both)
    parser = HTMLParser()
    text: list[str] = []
    parser.handle_data = text.append  # type: ignore[method-assign]
    parser.feed(page)
    assert "<second>" in "".join(text)
    assert "李<b>" in "".join(text)
    assert page.count('<i lang="en">gold</i>') == page.count('<i lang="en">B</i>') == 3
    assert "<script" not in page
    assert page.count('<li data-direction="2" data-type="2">') == 1
    assert '<p class="evidence">fixed: 北京 LOC (missed), 北京 ORG (invented)</p>' in page
    assert '<p class="evidence">broken: 李 PER (invented)</p>' in page
