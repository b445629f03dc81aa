"""The commands of the tutorials, as a reader runs them: in order, from an empty folder."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def read_commands(page: str) -> list[str]:
    return FENCED.findall((ROOT / "docs" / "tutorial" / page).read_text(encoding="utf-8"))


def run_commands(
    page: str, folder: Path, bert_ner: list[str], port: int = 8000, train: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run all commands of a page, with another port in place of 8000 and more options of `bert-ner train`."""
    programs = folder / "bin"
    programs.mkdir()
    for name, line in (("bert-ner", bert_ner), ("python", [sys.executable])):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join(line)} "$@"\n')
        program.chmod(0o755)
    (folder / "bert-ner").symlink_to(ROOT)
    environment = {
        **os.environ,
        "HOME": str(folder),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "BERT_NER_LANG": "en",
        "BERT_NER_SERVE_PORT": str(port),
        "BERT_NER_URL": f"http://127.0.0.1:{port}",
    }
    stop = "trap 'for one in $(jobs -p); do kill \"$one\"; done' EXIT\n"  # a service that a failure leaves behind
    script = f"set -e\n{stop}" + "".join(read_commands(page)).replace("8000", str(port))
    script = script.replace("bert-ner train", f"bert-ner train {train}")
    return subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(("page", "least"), [("first-tagger", 5), ("first-classifier", 4), ("service", 12)])
def test_both_languages_have_the_same_commands(page: str, least: int) -> None:
    commands = read_commands(f"{page}.md")
    assert len(commands) > least
    assert read_commands(f"{page}.zh.md") == commands


@pytest.mark.slow
def test_every_command_runs(tmp_path: Path, bert_ner: list[str]) -> None:
    ran = run_commands("first-tagger.md", tmp_path, bert_ner, train="--max-steps 60")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("林晓东") == 2, "one for each of the taggers"
    assert (tmp_path / "my-tagger" / "report" / "report.html").is_file()
    record = json.loads((tmp_path / "my-tagger" / "model" / "training.json").read_text(encoding="utf-8"))
    assert record["scores"]["test"]["conlleval"]["f1"] >= 60
    assert "news.txt" in (tmp_path / "my-tagger" / "entities.csv").read_text(encoding="utf-8-sig")


@pytest.mark.slow
@pytest.mark.serve
def test_every_command_about_the_classifier_runs(tmp_path: Path, bert_ner: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ran = run_commands("first-classifier.md", tmp_path, bert_ner, port)
    assert ran.returncode == 0, ran.stderr
    assert "accuracy" in ran.stdout
    assert '"model":"topic","results":[{"labels":["财经"]' in ran.stdout
    assert (tmp_path / "my-classifier" / "model" / "evaluation" / "test" / "report.html").is_file()


@pytest.mark.slow
@pytest.mark.serve
def test_every_command_about_the_service_runs(tmp_path: Path, bert_ner: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ran = run_commands("service.md", tmp_path, bert_ner, port)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count('{"status":"ready"}') == 3
    assert ran.stdout.count("林晓东") == 2, "of curl and of Python"
    assert ran.stdout.count("上海") == 3, "of three models"
    assert '"model":"small"' in ran.stdout
    assert "expected an API key" in ran.stdout
    assert ran.stdout.count("engines with exported") == 2, "at the start and after SIGHUP"
