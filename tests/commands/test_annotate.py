"""The command `annotate`: what it refuses, and that it goes on where it was killed."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.data.corpus import read_sentences


def refused(*line: object) -> str:
    result = CliRunner().invoke(app, ["annotate", *map(str, line)])
    assert result.exit_code == 2, result.output
    return result.stderr.replace("\n", " ")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.txt"
    path.write_text("王小明来了。\n\n😀张伟去上海。\n王小明来了。\n", encoding="utf-8")
    return path


def test_wrong_input(texts: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    assert "no such file or folder" in refused(tmp_path / "none.txt", "-o", gold)
    assert "expected --output to end in .jsonl" in refused(texts, "-o", tmp_path / "gold.txt")
    assert "expected --types to be names" in refused(texts, "-o", gold, "--types", " , ")
    assert "expected --types to be names of types, each once" in refused(texts, "-o", gold, "--types", "PER,PER")
    assert "no-folder" in refused(texts, "-o", gold, "--model", tmp_path / "no-folder")
    assert "expected --output to end in" in refused("none.txt", "none.txt", "-o", "gold.txt", "--adjudicate")
    assert "none.md: no such file" in refused(texts, "-o", gold, "--guidelines", tmp_path / "none.md", "--types", "PER")
    assert "--uncertain needs a model" in refused(texts, "-o", gold, "--model", "none", "--uncertain", 0.9)
    (tmp_path / "empty.txt").write_text("\n")
    assert "there is no text to label" in refused(tmp_path / "empty.txt", "-o", gold, "--types", "PER")
    assert "there are no types: set --types" in refused(texts, "-o", gold, "--model", "none")
    assert {path.name for path in tmp_path.iterdir()} == {"texts.txt", "empty.txt"}


def start(texts: Path, gold: Path) -> tuple[subprocess.Popen[str], httpx.Client]:
    line = [sys.executable, "-m", "ner", "annotate", texts, "-o", gold, "--no-browser", "--model", "none"]
    process = subprocess.Popen([*map(str, line), "--types", "PER,LOC"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = re.search(r"open (http://\S+/)#(\S+)", process.stderr.readline())
    assert found
    return process, httpx.Client(base_url=found[1], headers={"x-token": found[2]}, timeout=30)


@pytest.mark.slow
def test_a_kill_loses_nothing(texts: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    process, client = start(texts, gold)
    first, second = client.get("/api/overview").json()["queue"]
    labels = {"version": 0, "state": "done", "entities": [{"start": 1, "end": 3, "label": "PER"}]}
    assert client.post(f"/api/texts/{second}", json=labels).status_code == 200
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process, client = start(texts, gold)
    assert client.get("/api/overview").json()["states"] == {str(second): "done"}
    assert client.post(f"/api/texts/{first}", json={**labels, "entities": []}).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert [(s.text, [e.text for e in s.entities]) for s in read_sentences(gold)] == [
        ("王小明来了。", []),
        ("😀张伟去上海。", ["张伟"]),
    ]
