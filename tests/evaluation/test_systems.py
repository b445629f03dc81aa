import json
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.errors import InputError
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.report_files import write_systems
from ner.evaluation.scores import compare
from ner.evaluation.systems import SystemReports, compare_systems, side_names

WANG, BEIJING = Entity(0, 1, "PER", "王"), Entity(2, 4, "LOC", "北京")
SENTENCES = [Sentence("王去北京", (WANG, BEIJING), "test.txt", line) for line in range(1, 60, 5)]


def report(found: list[list[Entity]], sentences: list[Sentence] = SENTENCES) -> Report:
    return Report(compare(sentences, found, ["LOC", "PER"]), Background(Split("test.txt", sentences), "x"))


@pytest.fixture
def systems() -> SystemReports:
    """All, half, and nothing of the gold entities."""
    names = {"all": [WANG, BEIJING], "half_1": [WANG], "none": []}
    return SystemReports({name: report([found] * len(SENTENCES)) for name, found in names.items()})


def test_the_table_of_scores(systems: SystemReports) -> None:
    frame = systems.table.frame
    assert frame["system"].tolist() == ["all", "half_1", "none"]
    assert frame["f1"].tolist() == pytest.approx([100, 200 / 3, 0])
    assert frame["recall"].tolist() == [100, 50, 0]
    assert frame["lost"].tolist()[1:] == [12, 24]
    assert (frame["f1_low"] <= frame["f1"] + 1e-9).all()
    assert frame["p"].isna().tolist() == [True, False, False]
    assert frame["p_mcnemar_holm"][1] == pytest.approx(2 / 2**12)


def test_a_paper_can_show_it(systems: SystemReports) -> None:
    assert "| half\\_1 | 100.00 | 50.00 | 66.67 | 66.67 to 66.67 | -33.33" in systems.table.markdown
    latex = systems.table.latex
    assert r"half\_1 & 100.00 & 50.00 & 66.67" in latex
    assert latex.count(r"\\") == 4
    assert systems.table.readable["p (McNemar)"].tolist() == ["", "0.0005", "<0.0001"]
    assert "corrected for 2 comparisons" in " ".join(systems.table.explanation)
    assert systems.table.narrow.columns.tolist() == [
        "system", "F1", "difference\n[95% interval]", "p\n(bootstrap)", "p\n(random)", "p\n(McNemar)",
    ]  # fmt: skip


def test_files_of_three_systems(systems: SystemReports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.evaluation.report_html.can_draw", lambda: False)  # pictures take longer than all else
    write_systems(systems, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "A", "B", "C", "report.html", "report.md", "scores.json", "sentences.csv", "systems.csv", "systems.md",
        "systems.tex",
    }  # fmt: skip
    assert pd.read_csv(tmp_path / "systems.csv")["system"].tolist() == ["all", "half_1", "none"]
    table = pd.read_csv(tmp_path / "sentences.csv")
    assert table.loc[0].to_dict() == {
        "gold": 2, "A predicted": 2, "A correct": 2, "B predicted": 1, "B correct": 1, "C predicted": 0, "C correct": 0,
    }  # fmt: skip
    content = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert content["table"][0]["p"] is None
    assert content["systems"]["none"]["conlleval"]["f1"] == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "3 systems" in page
    assert "66.67 to 66.67" in page
    assert (tmp_path / "C" / "report.html").exists()
    write_systems(SystemReports(dict([*systems.reports.items()][:2])), tmp_path)
    assert not (tmp_path / "C").exists()
    assert (tmp_path / "differences.csv").exists()


def test_two_systems_are_also_side_by_side(systems: SystemReports) -> None:
    both = SystemReports(dict([*systems.reports.items()][:2])).to_dict()
    assert both["tables"]["changed"][0]["broken"] == 12
    assert both["table"][1]["lost"] == 12


def test_other_sentences_are_refused() -> None:
    reports = {"a": report([[]] * len(SENTENCES)), "b": report([[]], SENTENCES[:1])}
    with pytest.raises(InputError, match="a and b have different sentences or different gold entities"):
        SystemReports(reports)
    with pytest.raises(InputError, match="expected `evaluations` to have the same gold entities, got others for b"):
        compare_systems({name: one.evaluation for name, one in reports.items()})
    with pytest.raises(InputError, match="two systems or more, got 1"):
        compare_systems({"a": reports["a"].evaluation})


def test_names_of_sides() -> None:
    names = [*islice(side_names(), 28)]
    assert (names[0], names[25], names[26:]) == ("A", "Z", ["AA", "AB"])
