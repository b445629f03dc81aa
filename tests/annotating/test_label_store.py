"""The file of labels: nothing is lost, and nothing overwrites anything."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ner.annotating.label_store import LabelStore, StaleVersionError
from ner.annotating.tasks import Task
from ner.errors import InputError
from tests.annotating.conftest import TASKS, task


def test_answers_are_kept(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "a.sqlite")
    first, second, _ = store.add(TASKS)
    assert store.task(first)[1] == (0, "open", ((0, 3, "PER"), (4, 6, "LOC")))
    assert store.save(first, 0, "open", [(0, 3, "PER")]) == 1
    assert store.save(first, 1, "done", []) == 2
    store.save(second, 0, "skipped", [])
    store.close()
    again = LabelStore(tmp_path / "a.sqlite")
    assert again.task(first) == (TASKS[0], (2, "done", ()))
    assert again.states() == {first: "done", second: "skipped"}
    assert [number for number, *_ in again.finished()] == [first]
    again.close()


def test_an_old_version_is_refused(tmp_path: Path) -> None:
    one, other = LabelStore(tmp_path / "a.sqlite"), LabelStore(tmp_path / "a.sqlite")
    number = one.add(TASKS)[0]
    one.save(number, 0, "done", [(0, 3, "PER")])
    for version in (0, 2):
        with pytest.raises(StaleVersionError):
            other.save(number, version, "done", [])
    assert other.task(number)[1] == (1, "done", ((0, 3, "PER"),))
    other.close()
    one.close()


def test_new_proposals_replace_only_what_nobody_has_seen_to(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "a.sqlite")
    first, second = store.add([Task("王小明"), Task("上海"), Task("王小明")])
    store.save(first, 0, "open", [])
    new = [task("王小明", ("王小明", "PER", 0.5)), task("上海", ("上海", "LOC", 0.5)), Task("北京")]
    assert store.add(new)[:2] == [first, second]
    assert store.task(first)[0] == Task("王小明")
    assert store.task(second)[0] == new[1]
    assert store.answered(["王小明", "上海", "else"]) == {"王小明"}
    store.close()


def test_what_is_saved_outlives_a_kill(tmp_path: Path) -> None:
    """A process saves until it is killed. All that it said to have saved is there."""
    path = tmp_path / "a.sqlite"
    script = (
        "import sys; from pathlib import Path; from ner.annotating.label_store import LabelStore; "
        "from ner.annotating.tasks import Task\n"
        "store = LabelStore(Path(sys.argv[1])); (n,) = store.add([Task('x' * 9)])\n"
        "for version in range(10**9): print(store.save(n, version, 'done', [(0, version % 9 + 1, 'PER')]), flush=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    said += map(int, process.stdout.read().splitlines())
    process.wait()
    store = LabelStore(path)
    ((_, _, answer),) = store.finished()
    assert answer.version in (said[-1], said[-1] + 1)  # it may have been killed before it said so
    assert answer.entities == ((0, (answer.version - 1) % 9 + 1, "PER"),)
    store.close()


@pytest.mark.parametrize(("content", "message"), [(b"x" * 5000, "is damaged"), (b"", "is no file of labels")])
def test_other_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        LabelStore(path)
    assert path.read_bytes() == content
