"""The commands of the tutorial, as a reader runs them: in order, from an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def read_commands(page: str) -> list[str]:
    return FENCED.findall((ROOT / "docs" / "tutorial" / page).read_text(encoding="utf-8"))


def test_both_languages_have_the_same_commands() -> None:
    commands = read_commands("first-tagger.md")
    assert len(commands) > 5
    assert read_commands("first-tagger.zh.md") == commands


@pytest.mark.slow
def test_every_command_runs(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "bert-ner"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ner "$@"\n')
    program.chmod(0o755)
    (tmp_path / "bert-ner").symlink_to(ROOT)
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "BERT_NER_LANG": "en",
    }
    script = "set -e\n" + "".join(read_commands("first-tagger.md"))
    ran = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("林晓东") == 2, "one for each of the taggers"
    assert (tmp_path / "my-tagger" / "report" / "report.html").is_file()
    assert "news.txt" in (tmp_path / "my-tagger" / "entities.csv").read_text(encoding="utf-8-sig")
