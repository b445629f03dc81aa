"""Dead links of the built site are found."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    pytest.importorskip("mkdocs")
    spec = importlib.util.spec_from_file_location("check_links", ROOT / "docs" / "check_links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_links_to_missing_pages_and_anchors_are_found(checker: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "index.html").write_text('<h2 id=first>1</h2><a href="../#top">up</a><img src=gone.png>')
    (tmp_path / "index.html").write_text(
        '<h1 id="top">bert-ner</h1><a href="guide/#first">1</a><a href=guide/#second>2</a><a href="#%E4%B8%80">3</a>'
        '<h2 id="一"></h2><a href="nowhere/">4</a><a href="https://example.org/#x">5</a><a href="/from/the/root">6</a>'
    )
    assert checker.dead_links(tmp_path) == [
        "guide/index.html: gone.png",
        "index.html: guide/#second",
        "index.html: nowhere/",
    ]


def test_the_site_is_checked_when_it_is_built() -> None:
    assert "docs/check_links.py" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
