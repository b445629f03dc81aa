"""What a run says when it ends early, and the description of an unfinished run."""

import errno
from pathlib import Path

import pytest

from ner.errors import InputError, InterruptedRun
from ner.runs.run_folder import begin_run, end_run, require_own_folder, require_resumable, run_in

RUN = {"settings": {"epochs": 1}, "data": {"train": "x"}}


def test_each_end_has_the_way_out_and_what_was_left_by_a_killed_run_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".saving-abc").mkdir()
    (tmp_path / ".ended-run").mkdir()

    def fail(error: BaseException) -> None:
        with run_in(tmp_path, "run it again"):
            assert [path.name for path in tmp_path.iterdir()] == [".lock"]
            raise error

    with pytest.raises(InterruptedRun, match=r"^stopped; run it again$"):
        fail(KeyboardInterrupt())
    with pytest.raises(OSError, match=r"^file: No space left on device; free some space, and run it again$"):
        fail(OSError(errno.ENOSPC, "No space left on device", "file"))
    with pytest.raises(OSError, match=r"^can't write x; if the disk is full, free some space, and run it again$"):
        fail(OSError("can't write x"))
    with pytest.raises(OSError, match=r".*: Input/output error; run it again$"):
        fail(OSError(errno.EIO, "Input/output error"))


@pytest.mark.parametrize(
    "text", ["", "{", "garbage", "[]", "null", "3", "{}", '{"settings": 1, "data": 2}', "[" * 100_000]
)
def test_a_damaged_description_is_named_with_the_way_out(tmp_path: Path, text: str) -> None:
    begin_run(tmp_path, RUN)
    (tmp_path / "unfinished-run" / "run.json").write_text(text)
    with pytest.raises(InputError, match=r"run\.json is damaged \(.*\): remove .*unfinished-run to start from the beg"):
        require_resumable(tmp_path, RUN, True)


def test_nothing_is_left_of_a_run_that_could_not_begin(tmp_path: Path) -> None:
    output = tmp_path / "new"

    def fail(*written: str) -> None:
        with run_in(output, "run it again"):
            if not (output / "unfinished-run").exists():
                begin_run(output, RUN)
            for name in written:
                (output / "unfinished-run" / name).touch()
            raise InputError("there is no such encoder")

    with pytest.raises(InputError, match="no such encoder"):
        fail()
    assert not output.exists()
    for written in (["checkpoint-1"], []):  # the second time it is there already
        with pytest.raises(InputError, match="no such encoder"):
            fail(*written)
        assert sorted(path.name for path in (output / "unfinished-run").iterdir()) == ["checkpoint-1", "run.json"]


def test_a_missing_description_too(tmp_path: Path) -> None:
    begin_run(tmp_path, RUN)
    assert require_resumable(tmp_path, RUN, True)
    (tmp_path / "unfinished-run" / "run.json").unlink()
    with pytest.raises(InputError, match=r"run\.json, the settings of the unfinished run, not found: remove "):
        require_resumable(tmp_path, RUN, True)


def test_a_finished_run_leaves_nothing(tmp_path: Path) -> None:
    begin_run(tmp_path, RUN)
    end_run(tmp_path)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("names", "others"),
    [
        ([], ""),
        ([".lock", ".saving-x", "part-1"], ""),
        (["part-1", "result.json"], ""),
        (["result.json"], r"result\.json"),
        (["part-1", "notes.txt", "result.json", "a", "b", "c"], r"a, b, c, \.\.\."),
    ],
)
def test_a_folder_with_files_of_somebody_else_is_refused(tmp_path: Path, names: list[str], others: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    if not others:
        require_own_folder(tmp_path, ("part-*",), ("result.*",))
        return
    with pytest.raises(InputError, match=rf" holds other files \({others}\): `output` takes a new or empty folder$"):
        require_own_folder(tmp_path, ("part-*",), ("result.*",))
