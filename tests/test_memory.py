from pathlib import Path

import pytest

from ner import memory
from ner.errors import InputError
from ner.memory import available_memory, require_memory


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   4194304 kB\n", encoding="utf-8")
    monkeypatch.setattr(memory, "_MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_CONTAINER", tmp_path)
    return tmp_path


def test_what_is_free(machine: Path) -> None:
    assert available_memory() == 4 << 30


def test_the_limit_of_a_container(machine: Path) -> None:
    (machine / "memory.max").write_text("max\n")
    (machine / "memory.current").write_text(f"{1 << 30}\n")
    (machine / "memory.stat").write_text(f"anon 5\ninactive_file {1 << 29}\n")
    assert available_memory() == 4 << 30
    (machine / "memory.max").write_text(f"{2 << 30}\n")
    assert available_memory() == 3 << 29


def test_more_than_is_free_is_refused_with_both_sizes(machine: Path) -> None:
    require_memory(3 << 30, "the network needs", "make it smaller")
    with pytest.raises(
        InputError, match=r"^the network needs 5\.0 GB of memory, and 4\.0 GB are free: make it smaller$"
    ):
        require_memory(5 << 30, "the network needs", "make it smaller")


def test_elsewhere_nothing_is_refused(machine: Path) -> None:
    (machine / "meminfo").unlink()
    require_memory(1 << 60, "the network needs", "make it smaller")


def test_the_peak_of_this_process_is_known_on_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t    2048 kB\n")
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "status")
    assert memory.peak_memory() == 2 << 20
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "none")
    assert memory.peak_memory() is None
