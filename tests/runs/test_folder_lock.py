"""One run in a folder at a time, whatever ended the run before, and folders that can't be written."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.runs.folder_lock import hold_folder

HOLD = """
import sys, time
from pathlib import Path
from ner.runs.folder_lock import hold_folder
with hold_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_run_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with hold_folder(folder):
        with (
            pytest.raises(
                InputError, match=r"another run uses .*b now: wait until it ends, or choose another `output`"
            ),
            hold_folder(folder),
        ):
            pass
        (folder / "file").touch()
    assert [path.name for path in folder.iterdir()] == ["file"]
    with hold_folder(folder):
        pass


@pytest.mark.skipif(os.name == "nt", reason="has no SIGKILL")
def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another run uses"), hold_folder(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
    assert (tmp_path / ".lock").exists()
    with hold_folder(tmp_path):
        pass
    assert not (tmp_path / ".lock").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    long = tmp_path.joinpath(*["x" * 200] * 21)
    for folder in (tmp_path / "file" / "below", tmp_path / ("长" * 100), long):
        with pytest.raises(InputError, match=r"can't write into .* \(.*\): choose another"), hold_folder(folder):
            pass
    with pytest.raises(InputError, match="expected `output` to be a folder, got"), hold_folder(tmp_path / "file"):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write anywhere")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(InputError, match=r"can't write into .* \(Permission denied\)"), hold_folder(folder):
            pass


def test_a_new_folder_of_a_refused_run_is_removed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wrong"), hold_folder(tmp_path / "new"):
        raise ValueError("wrong")
    assert [*tmp_path.iterdir()] == []
