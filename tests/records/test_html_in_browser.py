"""The page of tagged texts as headless Chromium shows it."""

import io
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ner.data.entities import Entity
from ner.records.html_writer import HtmlWriter
from ner.records.record import Record

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")]

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"
PROBE = """
<script>
addEventListener("load", async () => {
  const wait = () => new Promise(done => setTimeout(done, 400));
  const texts = () => [...document.querySelectorAll(".record")].filter(p => p.offsetParent !== null).length;
  const marks = () => document.querySelectorAll("main mark:not(.off)").length;
  const state = () => [texts(), Number(byId("texts").textContent.replace(/,/g, "")), marks()];
  const set = async (id, value) => {
    byId(id)[typeof value === "boolean" ? "checked" : "value"] = value;
    byId(id).dispatchEvent(new Event("input", { bubbles: true }));
    await wait();
  };
  const result = { started: performance.now(), all: state() };
  const rows = () => [...byId("entities").children].map(row => row.textContent);
  result.rows = rows().slice(0, 3);
  await set("search", "SHANGHAI");
  result.searched = state();
  const part = range => range.startContainer.data.slice(range.startOffset, range.endOffset);
  const marked = () => [...CSS.highlights.get("search")].map(part);
  result.marked = marked().slice(0, 2);
  await set("search", "明在上");
  result.across = marked().slice(0, 4);
  await set("search", "");
  result.unmarked = marked();
  await set("tagged", true);
  result.tagged = state();
  await set("score", "0.8");
  result.scored = [...state(), rows()[0]];
  byId("types").querySelector("input[value=PER]").checked = false;
  for (let times = 0; times < TIMES; times += 1) { filter(); document.body.offsetHeight; }
  result.typed = state();
  result.sources = [...byId("sources").children].filter(label => !label.hidden).map(label => label.textContent.trim());
  const rule = byId("sources").querySelector("input[value=rule]");
  rule.checked = false;
  filter();
  result.withoutRules = state();
  rule.checked = true;
  byId("types").querySelector("input[value=PER]").checked = true;
  filter();
  document.querySelector("details").open = true;
  const lines = [];
  for (let click = 0; click < 3; click += 1) {
    byId("entities").firstChild.click();
    await wait();
    const box = found.getBoundingClientRect();
    lines.push([found.closest(".record").querySelector("b").textContent, box.top >= 0 && box.bottom <= innerHeight]);
  }
  result.jumps = lines;
  result.alerted = window.alerted === true;
  result.width = document.documentElement.scrollWidth - innerWidth;
  document.title = "probe:" + JSON.stringify(result);
});
</script>
"""


def page(records: int) -> str:
    """Three kinds of lines in turn: two entities, one with a low score, and none."""
    file = io.StringIO()
    writer = HtmlWriter(file, ["PER", "LOC"])
    for number in range(1, records + 1):
        name = f"{number // 1000}.txt"
        if number % 3 == 1:
            entities = [Entity(0, 3, "PER", "王小明", 0.99), Entity(4, 6, "LOC", "上海", 0.9, source="rule")]
            writer.write(Record(name, number, "王小明在上海。"), entities)
        elif number % 3 == 2:
            writer.write(Record(name, number, "张伟来 Shanghai"), [Entity(0, 2, "PER", "张伟", 0.5)])
        else:
            writer.write(Record(name, number, MARKUP), [])
    writer.end()
    return file.getvalue()


def dump(html: str, folder: Path, *options: str) -> str:
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    line = [*command, "--virtual-time-budget=20000", *options, path.as_uri()]
    return subprocess.run(line, capture_output=True, check=True, timeout=120).stdout.decode()


def probed(html: str, folder: Path, width: int = 1200, times: int = 1) -> dict[str, Any]:
    """What a script finds on the page, which forbids it itself: here it may run. It filters so many times."""
    spy = "<script>alert = () => { window.alerted = true; };</script>"
    allowed, count = re.subn(r"<meta http-equiv=[^>]*>", spy, html)
    assert count == 1
    dom = dump(
        allowed.replace("</body>", f"{PROBE.replace('TIMES', str(times))}</body>"),
        folder,
        f"--window-size={width},900",
        "--dump-dom",
    )
    found = re.search(r"<title>probe:(.*?)</title>", dom)
    assert found, dom[:2000]
    result: dict[str, Any] = json.loads(found[1])
    return result


@pytest.mark.parametrize("width", [500, 1200])
def test_search_filters_list_and_jumps(tmp_path: Path, width: int) -> None:
    result = probed(page(30), tmp_path, width)
    assert result["all"] == [30, 30, 30]
    assert sorted(result["rows"]) == ["上海LOC 10", "张伟PER 10", "王小明PER 10"]
    assert result["searched"][:2] == [10, 10]
    assert result["marked"] == ["Shanghai"] * 2
    assert result["across"] == ["明", "在", "上", "明"]
    assert result["unmarked"] == []
    assert result["sources"] == ["rule 10"]
    assert result["withoutRules"] == [0, 0, 0]
    assert result["tagged"] == [20, 20, 30]
    assert result["scored"] == [10, 10, 20, "王小明PER 10"]
    assert result["typed"] == [10, 10, 10]
    assert result["jumps"] == [["1", True], ["4", True], ["7", True]]
    assert not result["alerted"]
    assert result["width"] <= 0


def test_ten_thousand_lines_are_filtered_at_once(tmp_path: Path) -> None:
    seconds = []
    for times in (1, 41):
        began = time.monotonic()
        result = probed(page(10_000), tmp_path, times=times)
        seconds.append(time.monotonic() - began)
    assert result["all"][:2] == [10_000, 10_000]
    assert result["typed"] == [3334, 3334, 3334]
    assert [seen for _, seen in result["jumps"]] == [True] * 3
    assert (seconds[1] - seconds[0]) / 40 < 0.5  # clocks stand still on the page while a function runs


def test_only_the_script_of_the_page_runs(tmp_path: Path) -> None:
    html = page(6)
    dom = dump(html.replace("<main>", "<main><script>document.title = 'foreign';</script>"), tmp_path, "--dump-dom")
    assert "<title>Tagged texts</title>" in dom
    assert '<header id="tools">' in dom  # our script has shown it
    assert dom.count("<button") == 3


def test_it_prints_without_its_controls(tmp_path: Path) -> None:
    pdf = tmp_path / "page.pdf"
    dump(page(300), tmp_path, f"--print-to-pdf={pdf}")
    assert pdf.read_bytes().startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) > 3  # all lines, not only those on the screen
