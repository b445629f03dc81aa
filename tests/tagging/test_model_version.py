"""Versions of models."""

import shutil
from pathlib import Path

from ner.tagging.model_version import model_version


def test_a_version_is_of_the_files(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}", encoding="utf-8")
    version = model_version(model)
    (model / "evaluation").mkdir()
    shutil.copytree(model, tmp_path / "copy")
    assert model_version(tmp_path / "copy") == version == model_version(model)
    (model / "config.json").write_text("[]", encoding="utf-8")
    assert model_version(model) != version
    assert model_version(tmp_path / "none") == ""
