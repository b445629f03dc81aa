"""The examples in the docstrings of the public names run and give what they show."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import ner

ROOT = Path(__file__).parents[1]
MODULES = sorted({"ner", *(getattr(ner, name).__module__ for name in ner.__all__)})


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data_demo").symlink_to(ROOT / "data_demo")
    monkeypatch.chdir(tmp_path)
    public = {each: getattr(ner, each) for each in ner.__all__}
    result = doctest.testmod(importlib.import_module(name), extraglobs=public, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


@pytest.mark.parametrize("name", ner.__all__)
def test_every_public_name_has_an_example(name: str) -> None:
    assert ">>> " in (inspect.getdoc(getattr(ner, name)) or "")
