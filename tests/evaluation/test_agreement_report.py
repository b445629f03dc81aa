"""The page of an agreement, and the command that writes it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.data.entities import Sentence
from ner.data.formats.json_lines import write
from ner.errors import InputError
from ner.evaluation.agreement import compare_annotators
from ner.evaluation.agreement_report import check_agreement_folder, describe, render_agreement, write_agreement
from tests.evaluation.test_agreement import A, B


def test_the_page_shows_both_labellings() -> None:
    html = render_agreement(compare_annotators(A, B), ("anna.jsonl", "bo.jsonl"))
    assert "anna.jsonl" in html
    assert html.count('class="emphasised"') == 5
    assert "boundary: A 北京大学 ORG 4-8, B 北京 LOC 4-6" in html
    assert "script-src" not in html


def test_markup_is_text() -> None:
    one = Sentence("<script>王", [(8, 9, "<b>")])
    html = render_agreement(compare_annotators([one], [Sentence(one.text)]), ("<i>", "b"))
    for tag in ("<script", "<b>王", "<i>\n", "<td><b>"):
        assert tag not in html


def test_the_folder(tmp_path: Path) -> None:
    found = compare_annotators(A, B)
    for _ in range(2):  # an older report is replaced
        check_agreement_folder(tmp_path / "report", "report")
        write_agreement(found, tmp_path / "report", ("a", "b"))
    content = json.loads((tmp_path / "report" / "agreement.json").read_text(encoding="utf-8"))
    assert content == {"A": "a", "B": "b", **found.to_dict()}
    assert content["disagreements"][1] == {
        "path": "a", "line": 1, "kind": "only B", "A": None,
        "B": {"start": 8, "end": 10, "label": "ORG", "text": "看书"}, "text": "王小明在北京大学看书。",
    }  # fmt: skip
    (tmp_path / "report" / "mine.txt").touch()
    with pytest.raises(InputError, match="holds other files"):
        check_agreement_folder(tmp_path / "report", "report")


def test_the_command(tmp_path: Path) -> None:
    for name, sentences in (("a.jsonl", A), ("b.jsonl", B)):
        write(sentences, tmp_path / name)
    line = ["agreement", str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    result = CliRunner().invoke(app, [*line, "--report", str(tmp_path / "report")])
    assert result.exit_code == 0, result.output
    assert "F1 of entities 44.44" in result.stdout
    assert f"{tmp_path / 'a.jsonl'}:2 {describe(compare_annotators(A, B).disagreements[2])}" in result.stdout
    assert (tmp_path / "report" / "agreement.html").is_file()
    assert json.loads(CliRunner().invoke(app, [*line, "--json"]).stdout)["f1"] == 44.44
    assert CliRunner().invoke(app, [*line[:2], str(tmp_path / "none.jsonl")]).exit_code == 2
