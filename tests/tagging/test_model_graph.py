"""Which texts PyTorch tags. What a graph computes is tested in tests/exporting/test_write_graph.py."""

from collections.abc import Iterator

import pytest

from ner.records.record import Record
from ner.tagging import model_graph


def records(number: int, read: list[int]) -> Iterator[Record]:
    for line in range(number):
        read.append(line)
        yield Record("", line, "十个字" * 10)


@pytest.mark.parametrize(
    ("number", "fast", "expected", "read_at_once"),
    [(0, True, False, 0), (3, True, False, 3), (9, True, True, 4), (9, False, False, 4)],
)
def test_pytorch_is_needed_for_much_text_on_fast_hardware(
    number: int, fast: bool, expected: bool, read_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_graph, "MUCH_TEXT", 120)
    monkeypatch.setattr(model_graph, "_is_hardware_fast", lambda: fast)
    read: list[int] = []
    needed, kept = model_graph.needs_pytorch(records(number, read))
    assert (needed, len(read)) == (expected, read_at_once)
    assert [record.line for record in kept] == list(range(number))


def test_without_pytorch_no_hardware_is_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not model_graph._is_hardware_fast()
