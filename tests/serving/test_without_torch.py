"""Exported taggers are served with the packages of deploy/exported.txt alone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
needless = "torch transformers accelerate safetensors pandas seqeval torchcrf sklearn scipy httpx yaml".split()
sys.modules.update(dict.fromkeys(needless))
import ner.commands.app, ner.commands.serve, ner.serving.engine_process, ner.serving.server
import ner.runtime.sessions, ner.tagging.tagger, ner.classifying.classifier
from ner.serving.app import make_app
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings
make_app(Service({"model": "/model"}, ServingSettings()))
print("made")
"""


@pytest.mark.slow
def test_the_service_needs_few_packages() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert run.stdout == "made\n", run.stderr


def test_the_list_has_what_the_extra_has() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extra = project.partition("\nserve = [")[2].partition("\n]")[0]
    names = set(re.findall(r'^ +"([\w-]+)>=', extra, re.MULTILINE))
    listed = (ROOT / "deploy/exported.txt").read_text(encoding="utf-8").splitlines()
    assert names
    assert names <= set(listed)
