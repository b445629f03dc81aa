"""The page as headless Chromium shows it: filters without a script, markup as text, no scrolling to the side."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.evaluation.entity_errors import KINDS
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.report_html import render_html
from ner.evaluation.scores import compare
from tests.helpers.spoiled_report import MARKUP, spoiled_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")]

SPY = "<script>alert = () => { window.alerted = true; };</script>"
PROBE = """
<script>
addEventListener("load", () => {
  const shown = () => [...document.querySelectorAll("#examples li")].filter(item => item.offsetParent !== null).length;
  const choose = (name, value) => { document.getElementById("by-" + name).value = value; };
  const kinds = [...document.querySelectorAll("#by-kind option")].map(option => {
    choose("kind", option.value);
    return shown();
  });
  choose("kind", "all");
  const types = [...document.querySelectorAll("#by-type option")].map(option => {
    choose("type", option.value);
    return shown();
  });
  choose("type", "all");
  const result = {
    kinds, types, alerted: window.alerted === true, width: document.documentElement.scrollWidth,
    window: innerWidth, text: document.body.innerText.length, pictures: document.querySelectorAll("svg").length,
    milliseconds: performance.now(),
    numbers: Math.max(
      ...[...document.querySelectorAll("td:nth-child(2)")].map(cell => cell.getBoundingClientRect().right)),
  };
  document.title = "probe:" + JSON.stringify(result);
});
</script>
"""


@pytest.fixture(scope="module")
def report() -> Report:
    return spoiled_report()


def probed(html: str, folder: Path, width: int = 1200) -> dict[str, Any]:
    """What a script finds on the page in a window so wide. The page itself forbids scripts: here it may not."""
    allowed, count = re.subn(
        r"<meta http-equiv=[^>]*>", "<script>alert = () => { window.alerted = true; };</script>", html
    )
    assert count == 1
    path = folder / "page.html"
    path.write_text(allowed.replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},900", "--virtual-time-budget=10000", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    found = re.search(r"<title>probe:(.*?)</title>", dom)
    assert found, dom[:2000]
    result: dict[str, Any] = json.loads(found[1])
    return result


def test_the_filters_show_what_they_say(report: Report, tmp_path: Path) -> None:
    result = probed(render_html(report), tmp_path)
    kinds = Counter(error.kind for error in report.errors)
    types = Counter(type_ for error in report.errors for type_ in error.types)
    assert result["kinds"] == [len(report.errors), *(kinds[kind] for kind in KINDS)]
    assert result["types"] == [len(report.errors), *(types[type_] for type_ in report.evaluation.scores.types)]
    assert result["pictures"] == 9


def test_markup_in_a_sentence_is_not_run(report: Report, tmp_path: Path) -> None:
    html = render_html(report, pictures=False)
    assert not probed(html, tmp_path)["alerted"]
    # The probe would see it.
    assert probed(html.replace("<h1>", f"{MARKUP}<h1>"), tmp_path)["alerted"]


@pytest.mark.parametrize("width", [500, 1200])
def test_no_page_is_wider_than_its_window(report: Report, tmp_path: Path, width: int) -> None:
    result = probed(render_html(report), tmp_path, width)
    assert result["window"] <= width
    assert result["width"] <= result["window"]


@pytest.mark.parametrize("width", [500, 1200])
def test_long_type_names_leave_numbers_on_the_screen(tmp_path: Path, width: int) -> None:
    types = ["Very long " * 30, "名" * 300, "X" * 300]
    sentence = Sentence("甲乙丙", tuple(Entity(i, i + 1, type_, "甲乙丙"[i]) for i, type_ in enumerate(types)), "a", 1)
    predicted = [Entity(0, 1, types[1], "甲", 0.5), Entity(1, 2, types[1], "乙", 0.9)]
    report = Report(compare([sentence], [predicted], types), Background(Split("a", [sentence]), "model"))
    result = probed(render_html(report), tmp_path, width)
    assert result["width"] <= result["window"]
    assert result["numbers"] <= result["window"]


def test_a_screenshot_has_something_on_it(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_html(report), encoding="utf-8")
    picture = tmp_path / "page.png"
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1200,3000", f"--screenshot={picture}", path.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 100_000  # an empty page has a tenth of it
