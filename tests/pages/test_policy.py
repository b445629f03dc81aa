"""Every page forbids scripts, but for one of its own, and loads nothing, whatever came into it."""

import base64
import hashlib
import re
from io import StringIO
from pathlib import Path

import pytest

import ner
from ner.checking.check import check
from ner.checking.check_report import write_report
from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.evaluation.report_html import render_html, render_side_by_side_html
from ner.evaluation.scores import compare
from ner.evaluation.side_by_side import SideBySide
from ner.records.html_writer import HtmlWriter
from ner.records.record import Record

POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
SCRIPT = "<script>alert(1)</script>"
SENTENCE = Sentence(SCRIPT, [(0, 3, SCRIPT)], SCRIPT, 1, SCRIPT)


def _check(folder: Path) -> str:
    write_report(check({"train": Split("x", [SENTENCE])}, None, 128), folder)
    return (folder / "check.html").read_text(encoding="utf-8")


def _tagged(folder: Path) -> str:
    file = StringIO()
    writer = HtmlWriter(file)
    writer.write(Record(SCRIPT, 1, SCRIPT), SENTENCE.entities)
    writer.end()
    return file.getvalue()


def _report(folder: Path) -> str:
    return render_html(compare([SENTENCE], [[]], [SCRIPT]).report(), pictures=False)


def _side_by_side(folder: Path) -> str:
    report = compare([SENTENCE], [[]], [SCRIPT]).report()
    return render_side_by_side_html(SideBySide(report, compare([SENTENCE], [SENTENCE.entities], [SCRIPT]).report()))


@pytest.mark.parametrize("page", [_check, _report, _side_by_side])
def test_pages_forbid_scripts(tmp_path: Path, page: object) -> None:
    assert callable(page)
    html = page(tmp_path)
    assert html.count(POLICY) == 1
    assert html.index(POLICY) < html.index("<title>")
    assert "<script" not in html.lower()


def test_the_page_of_tag_allows_its_own_script_alone(tmp_path: Path) -> None:
    html = _tagged(tmp_path)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert html.count(f"{POLICY[:-2]}; script-src 'sha256-{digest}'\">") == 1
    assert html.lower().count("<script") == 1


def test_no_page_is_forgotten() -> None:
    root = Path(ner.__file__).parent
    files = [path for path in root.rglob("*.j2") if path.parent.name not in ("serving", "annotating")]  # a header
    pages = [path for path in files if "<!DOCTYPE" in path.read_text(encoding="utf-8")]
    assert len(pages) == 4
    assert all('{% include "pages/policy.html.j2" %}' in page.read_text(encoding="utf-8") for page in pages)
