import re
from pathlib import Path

from typer.testing import CliRunner

from ner.citation import AUTHORS, TITLE, bibtex
from ner.commands.app import app

CITATION = (Path(__file__).parents[1] / "CITATION.cff").read_text(encoding="utf-8")


def test_the_entry_says_what_the_citation_file_says() -> None:
    assert f'title: "{TITLE}"' in CITATION
    assert f"  - name: {AUTHORS}" in CITATION
    version = re.search("^version: (.+)$", CITATION, re.MULTILINE)
    assert version
    assert f"Version {version[1]}" in bibtex()


def test_the_command_prints_an_entry_with_balanced_braces() -> None:
    result = CliRunner().invoke(app, ["cite"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("@misc{bert-ner,\n")
    assert result.stdout.count("{") == result.stdout.count("}")
