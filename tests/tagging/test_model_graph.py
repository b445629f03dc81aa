"""Which texts PyTorch tags. What a graph computes is tested in tests/exporting/test_write_graph.py."""

import pytest

from ner.tagging import model_graph


@pytest.mark.parametrize(
    ("characters", "fast", "expected"), [(49_999, True, False), (50_000, True, True), (50_000, False, False)]
)
def test_pytorch_is_needed_for_much_text_on_fast_hardware(
    characters: int, fast: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_graph, "_is_hardware_fast", lambda: fast)
    assert model_graph.needs_pytorch(characters) == expected


def test_without_pytorch_no_hardware_is_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not model_graph._is_hardware_fast()
