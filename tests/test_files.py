"""Files appear complete or not at all, and damaged ones are named."""

import json
import os
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.files import atomic_path, atomic_writer, damaged_file, read_json, write_json, write_text


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    content = {"名": ["王小明", 1, 0.5, None, True]}
    write_json(content, path)
    assert read_json(path, "copy it again") == content
    assert path.read_text(encoding="utf-8") == json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    assert [file.name for file in path.parent.iterdir()] == ["a.json"]


def test_half_of_a_surrogate_pair_is_written_as_its_escape(tmp_path: Path) -> None:
    write_json(["\ud83d"], tmp_path / "a.json", indent=1)
    assert (tmp_path / "a.json").read_bytes() == b'[\n "\\ud83d"\n]\n'
    assert read_json(tmp_path / "a.json", "") == ["\ud83d"]


def test_half_of_a_surrogate_pair_in_a_text_too(tmp_path: Path) -> None:
    write_text("王\ud83d\n", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == "王\\ud83d\n".encode()


@pytest.mark.parametrize(("content", "reason"), [(b"", "Expecting value"), (b'"\xff"', "'utf-8' codec can't decode")])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.json is damaged \({reason}.*\): copy it again$"):
        read_json(path, "copy it again")


def test_only_the_first_line_of_a_reason_is_told() -> None:
    error = damaged_file(Path("a.bin"), RuntimeError("\nwrong size\nin line 3 of a trace"), "copy it again")
    assert str(error) == "a.bin is damaged (wrong size): copy it again"


def test_a_failure_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError), atomic_writer(path) as file:
        file.write("half of the new, \ud83d")
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(TypeError):
        write_json({"a": object()}, path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_others_may_read_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    with atomic_path(tmp_path / "a.bin") as partial:
        partial.write_bytes(b"a")
    assert (tmp_path / "a.bin").stat().st_mode == (tmp_path / "usual").stat().st_mode
