import os
import platform

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.version import installed_version


def test_the_environment_is_told_without_names_of_the_machine() -> None:
    ended = CliRunner().invoke(app, ["--environment"])
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"bert-ner {installed_version('bert-ner')}, torch {installed_version('torch')}, ")
    assert " cores, " in ended.stdout
    assert "\nPyTorch: " in ended.stdout
    assert platform.node() not in ended.stdout


def test_offline_keeps_from_asking_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert CliRunner().invoke(app, ["--offline", "cite"]).exit_code == 0
    assert os.environ["HF_HUB_OFFLINE"] == "1"
