"""Files appear complete or not at all, and damaged ones are named."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.files import (
    atomic_path,
    atomic_writer,
    damaged_file,
    plain_reason,
    read_bounded,
    read_json,
    whole_folder,
    write_json,
    write_text,
)


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


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "Expecting value"), (b'"\n\xff"', "it is not UTF-8: byte 0xff in line 2")]
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.json is damaged \({reason}.*\): copy it again$"):
        read_json(path, "copy it again")


def test_only_the_first_line_of_a_reason_is_told() -> None:
    error = damaged_file(Path("a.bin"), RuntimeError("\nwrong size\nin line 3 of a trace"), "copy it again")
    assert str(error) == "a.bin is damaged (wrong size): copy it again"


def test_names_of_classes_are_no_part_of_a_reason() -> None:
    assert plain_reason(RuntimeError("(sqlite3.DatabaseError) file is not a database")) == "file is not a database"


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


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.txt").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("kept/a.txt")
    write_text("new", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "kept" / "a.txt").read_text(encoding="utf-8") == "new"
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["a.txt", "kept", "link"]


def read_in_background(fifo: Path) -> "Future[bytes]":
    return ThreadPoolExecutor(1).submit(fifo.read_bytes)


def test_a_fifo_is_written_straight_into(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read = read_in_background(fifo)
    write_text("新", fifo)
    assert read.result(5) == "新".encode()
    read = read_in_background(fifo)
    with atomic_path(fifo) as partial:
        partial.write_bytes(b"zip")
    assert read.result(5) == b"zip"
    assert fifo.is_fifo()
    assert [file.name for file in tmp_path.iterdir()] == ["fifo"]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_stream_that_is_a_file_is_written_on_where_it_stands(tmp_path: Path, name: str) -> None:
    program = f"from pathlib import Path; from ner.files import write_text; write_text('new', Path({name!r}))"
    with (tmp_path / "out").open("wb", buffering=0) as out:
        out.write(b"old, ")
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)
        out.write(b", newest")
    assert (tmp_path / "out").read_bytes() == b"old, new, newest"


def test_a_full_device_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No space left on device: '/dev/full'"):
        write_text("a", Path("/dev/full"))
    assert Path("/dev/full").is_char_device()


def test_errors_name_the_file_as_it_was_written_and_no_temporary_one(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    with pytest.raises(OSError, match=r": 'folder'$"):
        write_text("a", Path("folder"))

    def fail() -> None:
        with atomic_writer(Path("new/a.txt")):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"device: 'new/a\.txt'"):
        fail()
    with pytest.raises(OSError, match=r"directory: 'missing'"), atomic_writer(Path("a.txt")):
        open("missing").close()  # the reader's own
    assert not [path for path in tmp_path.rglob(".*")]


def test_long_names_and_names_that_are_no_utf_8(tmp_path: Path) -> None:
    for name in ("a" * 255, os.fsdecode(b"\xd6\xd0"), "a\nb\x1b"):
        write_text(f"{name}\n", tmp_path / name)
        assert (tmp_path / name).exists()
    assert (tmp_path / os.fsdecode(b"\xd6\xd0")).read_bytes() == b"\\udcd6\\udcd0\n"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def write(fail: bool) -> None:
        with whole_folder(tmp_path / "deep" / "new") as folder:
            assert folder.name == "new"
            write_text("a", folder / "a.txt")
            assert not (tmp_path / "deep" / "new").exists()
            if fail:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(fail=True)
    assert not list((tmp_path / "deep").iterdir())
    write(fail=False)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "deep", "new"]


def test_of_two_that_make_one_folder_at_once_the_later_is_refused(tmp_path: Path) -> None:
    def write_both() -> None:
        with whole_folder(tmp_path / "new") as later:
            write_text("later", later / "b.txt")
            with whole_folder(tmp_path / "new") as sooner:
                write_text("sooner", sooner / "a.txt")

    with pytest.raises(OSError, match="not empty") as told:
        write_both()
    assert told.value.filename == str(tmp_path / "new")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "new"]


def test_a_folder_that_is_there_is_filled_and_a_link_to_it_stays(tmp_path: Path) -> None:
    (tmp_path / "there" / "sub").mkdir(parents=True)
    (tmp_path / "there" / "sub" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "there" / "old.txt").touch()
    (tmp_path / "link").symlink_to("there")
    with whole_folder(tmp_path / "link", clear=(tmp_path / "there" / "old.txt").unlink) as folder:
        assert (tmp_path / "there" / "old.txt").exists()
        write_text("a", folder / "a.txt")
        write_text("b", folder / "sub" / "b.txt")
    assert (tmp_path / "link").is_symlink()
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"there/a.txt", "there/sub/b.txt", "there/sub/notes.txt"}


@pytest.mark.parametrize("exists", [False, True])
def test_a_signal_while_a_folder_is_cleaned_up_leaves_nothing(exists: bool, tmp_path: Path, monkeypatch: Any) -> None:
    calls, remove = [], shutil.rmtree

    def interrupted(*args: Any, **keywords: Any) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise KeyboardInterrupt
        remove(*args, **keywords)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    folder = tmp_path / "made"
    if exists:
        folder.mkdir()
    with pytest.raises(KeyboardInterrupt), whole_folder(folder) as partial:
        (partial / "a.txt").write_text("a", encoding="utf-8")
    assert sorted(tmp_path.rglob("*")) == [folder, folder / "a.txt"]


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as error:
        read_bounded(tmp_path)
    assert error.value.filename == str(tmp_path)
