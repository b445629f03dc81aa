import csv
import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ner import InputError, Summary
from ner.summarizing.charts import MOST_NAMES, draw_circle, draw_timeline
from ner.summarizing.summary_report import check_summary_folder

duckdb = pytest.importorskip("duckdb")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MARKUP = "<script>document.title='alerted'</script>"


def summary(*, dates: bool = True) -> Summary:
    names = [("PER", f"王{number}", 100 - number, 50, 1, f"a.txt:{number}") for number in range(30)]
    rows = [*names, ("ORG", "=1+1", 3, 2, 1, "=b.txt:1"), (MARKUP, MARKUP, 2, 1, 1, MARKUP)]
    types = [("PER", 1000, 30, 60, 2), ("ORG", 3, 1, 2, 1), (MARKUP, 2, 1, 1, 1)]
    pairs = [("PER", "王0", "PER", f"王{number}", 40 - number) for number in range(1, 30)]
    over = [("2023", "PER", 1, 1, "王0"), ("2024", "PER", 4, 2, "王1"), ("2024", "ORG", 3, 2, "=1+1")]
    of_names = [("2023", "PER", "王0", 1, 1), ("2024", "PER", "王0", 3, 2), ("2024", "ORG", "=1+1", 3, 2)]
    columns = ["type", "count", "texts", "top"]
    return Summary(
        texts=1234,
        entities=1005,
        files=2,
        types=pd.DataFrame(types, columns=["type", "count", "names", "texts", "files"]),
        names=pd.DataFrame(rows, columns=["type", "name", "count", "texts", "files", "first"]),
        pairs=pd.DataFrame(pairs, columns=["type", "name", "other_type", "other_name", "texts"]),
        variants=pd.DataFrame([("PER", "王0", "王", 5)], columns=["type", "name", "variant", "count"]),
        periods=pd.DataFrame(over, columns=["period", *columns]) if dates else None,
        names_by_period=pd.DataFrame(of_names, columns=["period", "type", "name", "count", "texts"]) if dates else None,
        groups=pd.DataFrame(over, columns=["source", *columns]) if dates else None,
        undated=7 * dates,
    )


def test_the_files_of_a_report(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    summary().write_report(folder)
    tables = ("types", "names", "pairs", "variants", "periods", "names_by_period", "groups")
    expected = {f"{name}.{ending}" for name in tables for ending in ("csv", "parquet")}
    assert {path.name for path in folder.iterdir()} == expected | {"summary.html", "summary.xlsx"}
    with (folder / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [*csv.reader(file)][31] == ["ORG", "'=1+1", "3", "2", "1", "'=b.txt:1"]
    assert duckdb.read_parquet(str(folder / "names.parquet")).fetchall()[30] == ("ORG", "=1+1", 3, 2, 1, "=b.txt:1")
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    assert book.sheetnames == [*tables]
    assert [cell.value for cell in book["names"][32]] == ["ORG", "=1+1", 3, 2, 1, "=b.txt:1"]
    assert book["names"]["B32"].data_type == "s"


def test_a_report_replaces_an_older_one_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    summary().write_report(folder)
    check_summary_folder(folder, "output")
    summary(dates=False).write_report(folder)
    assert not [*folder.glob("*period*"), *folder.glob("groups.*")]
    (tmp_path / "own.txt").touch()
    with pytest.raises(InputError, match="holds other files"):
        check_summary_folder(tmp_path, "output")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("BERT_NER_LANG", language)
    summary().write_report(tmp_path / "report")
    page = (tmp_path / "report" / "summary.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in page
    assert ("谁与谁一同出现" in page) == (language == "zh")
    assert "1,234" in page
    assert MARKUP not in page
    assert page.count("<script") == 1
    assert "http" not in page.replace("http-equiv", "")


def test_the_timeline_has_a_point_for_each_period() -> None:
    periods = summary().periods
    assert periods is not None
    timeline = draw_timeline(periods)
    assert timeline is not None
    assert [line.type for line in timeline.lines] == ["PER", "ORG"]
    assert [[*map(float, point.split(","))][1] for point in timeline.lines[0].points.split()] == [165.0, 12.0]
    assert timeline.lines[1].points.split()[0].endswith(",216.0")  # none in the first period
    assert [period for _, period in timeline.ticks] == ["2023", "2024"]
    assert draw_timeline(periods[:1]) is None


def test_the_circle_has_as_many_names_as_fit() -> None:
    nodes, links = draw_circle(summary().pairs)
    assert len(nodes) == MOST_NAMES
    assert len(links) == MOST_NAMES - 1
    assert links[0].weight == 1
    assert len({(node.x, node.y) for node in nodes}) == MOST_NAMES


CHART_PROBE = """
<script>
addEventListener("load", () => {
  const heights = () => lines.filter(({ element }) => element.style.display === "")
    .map(({ element }) => [element.dataset.type, [...element.points].map(({ y }) => y)]);
  const on = () => ["node", "link"].map((kind) => document.querySelectorAll(`.${kind}.on`).length);
  const set = (value) => { search.value = value; search.dispatchEvent(new Event("input", { bubbles: true })); };
  const result = [heights().length, on()];
  set("王0");
  result.push(heights(), highest.textContent, document.getElementById("of").textContent, on());
  set("王3");  // not counted over time
  result.push(heights().length, highest.textContent, on());
  set("");
  nodes.find((node) => node.dataset.name === "王5").dispatchEvent(new Event("click"));
  result.push(on(), circle.classList.contains("chosen"));
  document.title = "probe:" + JSON.stringify(result);
});
</script>"""

PROBE = """
<script>
addEventListener("load", () => {
  const shown = () => tables[1].rows.filter(({ element }) => !element.hidden).length;
  const result = [shown()];
  tables[1].more.click();
  result.push(shown());
  const set = (value) => { search.value = value; search.dispatchEvent(new Event("input", { bubbles: true })); };
  set("王1");
  result.push(shown());
  set("");
  tools.querySelector("input[value=PER]").click();
  result.push(shown());
  result.push(document.documentElement.scrollWidth <= innerWidth);
  for (const svg of document.querySelectorAll("svg")) result.push(svg.clientWidth <= svg.parentElement.clientWidth);
  document.title = "probe:" + JSON.stringify(result);
});
</script>"""


def title_of(folder: Path, probe: str, width: int) -> str:
    """The title that a script gives the page of a report in a browser, whose policy allows it here."""
    page = folder / "summary.html"
    html = page.read_text(encoding="utf-8")
    start = html.index("<meta http-equiv")
    page.write_text(html[:start] + html[html.index(">", start) + 1 :] + probe, encoding="utf-8")
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [str(CHROMIUM), *options, profile, "--disable-background-networking", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return shown[shown.index("<title>") + len("<title>") : shown.index("</title>")]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize("width", [390, 1280])
def test_the_search_of_the_page_in_a_browser(tmp_path: Path, width: int) -> None:
    summary().write_report(tmp_path / "report")
    # The first 20; all 32; 王1 and 王10 to 王19; without persons the other two. Nothing is wider than the window.
    assert title_of(tmp_path / "report", PROBE, width) == "probe:[20,32,11,2,true,true,true]"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_the_charts_follow_the_search_in_a_browser(tmp_path: Path) -> None:
    summary().write_report(tmp_path / "report")
    title = title_of(tmp_path / "report", CHART_PROBE, 1280)
    whole_circle = [MOST_NAMES, MOST_NAMES - 1]  # 王0 is in all pairs
    assert json.loads(title.removeprefix("probe:")) == [
        *(2, [0, 0]),
        *([["PER", [148, 12]]], "3", "王0", whole_circle),
        *(2, "4", [2, 1]),
        *([2, 1], True),
    ]
