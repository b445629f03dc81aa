"""Examples in docstrings are code on the page about Python."""

import importlib.util
from pathlib import Path

import pytest


def test_examples_become_code_blocks() -> None:
    pytest.importorskip("griffe")
    path = Path(__file__).parents[2] / "docs" / "fence_examples.py"
    spec = importlib.util.spec_from_file_location("fence_examples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    docstring = "Add.\n\n>>> add(1, 2)  # doctest: +SKIP\n[3]\n>>> add(0, 0)\n\nArgs:\n    one: a number."
    assert module.fence(docstring) == (
        "Add.\n\n```pycon\n>>> add(1, 2)\n[3]\n>>> add(0, 0)\n```\n\nArgs:\n    one: a number."
    )
