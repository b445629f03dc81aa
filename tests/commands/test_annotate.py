"""The command `annotate`: what it refuses, and that it goes on where it was killed."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.data.corpus import read_sentences
from ner.tagging.tagger import Tagger

NAMES = ["王小明", "李雷", "张伟", "赵敏", "陈晓", "刘洋", "周杰", "吴芳"]


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
    both = refused(texts, texts, "-o", gold, "--adjudicate", "--learn", 10)
    assert "--learn and --adjudicate exclude each other" in both
    (tmp_path / "empty.txt").write_text("\n")
    assert "there is no text to label" in refused(tmp_path / "empty.txt", "-o", gold, "--types", "PER")
    assert "there are no types: set --types" in refused(texts, "-o", gold, "--model", "none")
    assert {path.name for path in tmp_path.iterdir()} == {"texts.txt", "empty.txt"}


def start(texts: Path, gold: Path, *more: object) -> tuple[subprocess.Popen[str], httpx.Client]:
    line = [sys.executable, "-m", "ner", "annotate", texts, "-o", gold, "--no-browser", "--types", "PER,LOC"]
    process = subprocess.Popen([*map(str, [*line, *more])], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = re.search(r"open (http://\S+/)#(\S+)", process.stderr.readline())
    assert found
    return process, httpx.Client(base_url=found[1], headers={"x-token": found[2]}, timeout=30)


@pytest.mark.slow
def test_a_kill_loses_nothing(texts: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    process, client = start(texts, gold, "--model", "none")
    first, second = client.get("/api/overview").json()["queue"]
    labels = {"version": 0, "state": "done", "entities": [{"start": 1, "end": 3, "label": "PER"}]}
    assert client.post(f"/api/texts/{second}", json=labels).status_code == 200
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process, client = start(texts, gold, "--model", "none")
    assert client.get("/api/overview").json()["states"] == {str(second): "done"}
    assert client.post(f"/api/texts/{first}", json={**labels, "entities": []}).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert [(s.text, [e.text for e in s.entities]) for s in read_sentences(gold)] == [
        ("王小明来了。", []),
        ("😀张伟去上海。", ["张伟"]),
    ]


@pytest.mark.slow
def test_learning_while_labelling(tmp_path: Path) -> None:
    texts, gold = tmp_path / "texts.txt", tmp_path / "gold.jsonl"
    texts.write_text("".join(f"{name}在{place}。\n" for place in "沪京" for name in NAMES), encoding="utf-8")
    process, client = start(texts, gold, "--learn", 10)
    queue = client.get("/api/overview").json()["queue"]

    def finish(number: int) -> None:
        text = client.get(f"/api/texts/{number}").json()["text"]
        labels = [
            {"start": 0, "end": len(text) - 3, "label": "PER"},
            {"start": len(text) - 2, "end": len(text) - 1, "label": "LOC"},
        ]
        answer = client.post(f"/api/texts/{number}", json={"version": 0, "state": "done", "entities": labels})
        assert answer.status_code == 200

    for number in queue[:12]:
        finish(number)
    deadline = time.monotonic() + 300
    while client.get("/api/overview").json()["round"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    renewed = client.get("/api/overview").json()["queue"]
    assert renewed[:12] == queue[:12]
    assert sorted(renewed) == sorted(queue)
    finish(renewed[12])
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"texts.txt", "gold.jsonl", "gold.model", "gold.sqlite"}
    assert Tagger.load(tmp_path / "gold.model").types == ["LOC", "PER"]
    process, client = start(texts, gold, "--learn", 10)  # with the tagger that has learned
    assert len(client.get("/api/overview").json()["states"]) == 13
    process.kill()
    process.wait()
