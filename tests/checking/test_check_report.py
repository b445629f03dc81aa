import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ner.checking.check import Check, check
from ner.checking.check_report import verdict, write_report
from ner.commands.printing import print_check
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding

MARKUP = "<b>[bold]王&小明[/bold]</b>"


def repairs(count: int, message: str) -> list[Finding]:
    return [Finding("train.txt", line, "illegal sequence", message) for line in range(1, count + 1)]


@pytest.fixture
def checked() -> Check:
    """One with markup in a text, a type and a message, and with more findings than are shown."""
    odd = Sentence(f"{MARKUP}，去\u200b", (Entity(0, len(MARKUP) + 1, "<i>", f"{MARKUP}，"),), "train.txt", 3)
    spaces = [Sentence(f"王 {line}", (Entity(0, 2, "<i>", "王 "),), "train.txt", line) for line in range(4, 16)]
    faults = [Finding("train.txt", 9, "unknown tag", "unknown tag '<u>'", "read as O")]
    train = Split(
        "train.txt", [odd, *spaces], faults=faults, repairs=[*repairs(3, "E after O"), *repairs(4, "I after O")]
    )
    return check({"train": train}, None, 128)


NOTED = Split("a\u200b.jsonl", [], notes=["a\u200b.jsonl: offsets count <UTF-16> units"])


@pytest.fixture
def good() -> Check:
    sentences = [Sentence("王去", (Entity(0, 1, "PER", "王"),), "train.txt", 1)] * 20
    return check({"train": Split("train.txt", sentences)}, None, 128)


def shown(checked: Check) -> str:
    file = StringIO()
    print_check(checked, Console(file=file, width=80))
    return file.getvalue()


def test_kinds_are_shown_with_their_first_findings(checked: Check) -> None:
    text = shown(checked)
    assert "error  illegal sequence: 7\nFix these tags" in text
    assert "  train.txt:1: I after O (4 times)\n  train.txt:1: E after O (3 times)\n" in text
    assert "  train.txt:9: unknown tag '<u>' (read as O)\n" in text
    assert "suspicion  white space at an entity's edge: 12\n" in text
    assert text.count("ends with white space") == 5
    assert "  and 7 more\n" in text
    assert "\u200b" not in text
    assert "[bold]王&小明[/bold]" in text
    assert re.search(r"sentences +13 ", text)
    assert text.endswith("\n9 errors, 14 suspicions: fix the errors first\n")


def test_long_messages_are_clipped() -> None:
    train = Split("train.txt", [], repairs=repairs(1, "长" * 300))
    assert f"  train.txt:1: {'长' * 227}...\n" in shown(check({"train": train}, None, 128))


def test_notes_are_shown_but_are_nothing_wrong(tmp_path: Path) -> None:
    noted = check({"train": NOTED}, None, 128)
    assert "\nnote  a\\u200b.jsonl: offsets count <UTF-16> units\n" in shown(noted)
    assert verdict(noted) == "no errors and nothing suspicious"
    result = page(noted, tmp_path)
    assert "Notes\na\\u200b.jsonl: offsets count <UTF-16> units\n" in result.text
    assert json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))["notes"] == NOTED.notes


def test_a_single_file_is_shown_by_its_name(good: Check) -> None:
    assert re.search(r" +train\.txt *\n", shown(good))
    splits = {name: Split(f"{name}.txt", [], name=name) for name in ("train", "dev")}
    assert re.search(r" +train +dev *\n", shown(check(splits, None, 128)))


def test_tables_that_hold_nothing_are_left_out() -> None:
    text = shown(check({"train": Split("train.txt", [Sentence("王")])}, None, 128))
    assert "lengths of entities" not in text
    assert "% of characters" in text


def test_the_verdict(good: Check) -> None:
    assert verdict(good) == "no errors and nothing suspicious"
    train = Split("train.txt", [Sentence("王，", (Entity(0, 2, "X", "王，"),))] * 20)
    assert verdict(check({"test": train}, None, 9)) == ("no errors, 20 suspicions: look at the first ones of each kind")
    assert verdict(check({"train": Split("a", [], faults=repairs(1, "x"))}, None, 9)) == (
        "1 error, no suspicions: fix the errors first"
    )


class Page(HTMLParser):
    """Follows the elements of a page, which must be closed in the reverse order in which they were opened."""

    VOID = frozenset(("meta", "br", "link", "img"))

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: dict[str, set[str | None]] = {}
        self.text = ""
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(checked: Check, folder: Path) -> Page:
    write_report(checked, folder)
    return Page((folder / "check.html").read_text(encoding="utf-8"))


def test_the_page_is_well_formed_and_shows_markup_as_text(checked: Check, tmp_path: Path) -> None:
    result = page(checked, tmp_path)
    assert f"{MARKUP}，" in result.text
    assert "<i>" in result.text
    assert not {"b", "i", "u", "script", "link", "img"} & result.seen
    assert not {"src", "onclick"} & result.attributes.keys()
    assert all(link and link.startswith("#kind-") for link in result.attributes["href"])


def test_the_page_holds_all_findings(checked: Check, tmp_path: Path) -> None:
    result = page(checked, tmp_path)
    assert all(f"train.txt:{line}" in result.text for line in range(4, 16))
    assert "4 places" in result.text
    assert "2 more" in result.text
    assert "9 errors, 14 suspicions" in result.text
    assert "unknown tag '<u>' (read as O)" in result.text
    assert "\\u200b" in result.text


def test_a_page_about_a_good_data_set(good: Check, tmp_path: Path) -> None:
    result = page(good, tmp_path)
    assert "no errors and nothing suspicious" in result.text
    assert "nav" not in result.seen


def test_what_is_folded_up_is_printed(checked: Check, tmp_path: Path) -> None:
    page(checked, tmp_path)
    content = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert "details::details-content { content-visibility: visible" in content.partition("@media print")[2]


def test_entities_are_highlighted(tmp_path: Path) -> None:
    sentence = Sentence("王 去", (Entity(0, 2, "PER", "王 "),), "a.txt", 4)
    page(check({"train": Split("a.txt", [sentence])}, None, 9), tmp_path)
    content = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert '<mark style="--hue: 275">王 <small>PER</small></mark>去</p>' in content


def test_a_long_sentence_is_clipped_on_the_page(tmp_path: Path) -> None:
    sentence = Sentence("王 " + "长" * 400, (Entity(0, 2, "X", "王 "), Entity(299, 310, "X", "长" * 11)), "a.txt", 4)
    result = page(check({"train": Split("a.txt", [sentence])}, None, 9), tmp_path)
    assert f"{'长' * 297}长X..." in result.text


def test_a_thousand_findings_of_a_kind_are_on_the_page(tmp_path: Path) -> None:
    found = [*repairs(700, "I after O"), *repairs(600, "E after O"), *repairs(2, "S after I")]
    result = page(check({"train": Split("a.txt", [], repairs=found)}, None, 9), tmp_path)
    assert "1,302 errors, no suspicions" in result.text
    assert "302 beyond the first 1,000 are in check.json" in result.text
    assert "600 places" in result.text
    assert "and 300 more" in result.text
    assert "S after I" not in result.text
    content = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert len(content["kinds"][0]["findings"]) == 1302


def test_everything_is_in_the_json(checked: Check, tmp_path: Path) -> None:
    write_report(checked, tmp_path)
    content = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert (content["errors"], content["suspicions"]) == (9, 14)
    first = content["kinds"][0]
    assert first.pop("advice").startswith("Fix these tags")
    assert first == {
        "kind": "unknown tag",
        "severity": "error",
        "count": 1,
        "findings": [{"path": "train.txt", "line": 9, "message": "unknown tag '<u>'", "mended": "read as O"}],
    }
    assert sum(len(kind["findings"]) for kind in content["kinds"]) == len(checked.findings)
    assert content["notes"] == []
    assert content["tables"]["splits"][0]["split"] == "train.txt"
    assert content["tables"]["lengths of entities"][0] == {
        "type": "<i>",
        "entities": 13,
        "median": 2,
        "95%": len(MARKUP) + 1,
        "longest": len(MARKUP) + 1,
    }


def test_half_a_surrogate_pair_can_be_written(tmp_path: Path) -> None:
    sentence = Sentence("王\ud800", (Entity(0, 2, "\ud800", "王\ud800"),), "a.txt", 1)
    faults = [Finding("\udcff.txt", 1, "encoding", "\ud800")]
    result = page(check({"train": Split("a.txt", [sentence], faults=faults)}, None, 9), tmp_path)
    assert "\\udcff.txt:1" in result.text
    content = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert content["kinds"][0]["findings"][0]["message"] == "\ud800"
