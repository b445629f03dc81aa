"""Processes that tag shards: killed, out of disk, or with a model that can't be loaded."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ner.choices import CHUNK_CHARACTERS
from ner.errors import InputError
from ner.records.text_files import TextFiles
from ner.scaling.shard_folder import ShardFolder
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_store import DiskStore
from ner.scaling.shard_task import ShardOutput
from ner.scaling.tag_in_shards import tag_in_shards
from ner.scaling.tagger_source import TaggerSource
from tests.helpers.quick_tagger import NAME, QuickSource

ROOT = Path(__file__).parents[2]
LINE = NAME + "去" * 9_998


def write_corpus(shards: int) -> None:
    """A file whose shards each have a line that names them."""
    lines = [line for number in range(shards) for line in (f"shard {number}", *[LINE] * (CHUNK_CHARACTERS // 10_000))]
    Path("a.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(source: TaggerSource, output: str = "out", workers: int = 2) -> None:
    tag_in_shards(TextFiles(["a.txt"]), Path(output), source, settings=ShardSettings(shard_size="1", workers=workers))


def joined(folder: str) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(Path(folder).glob("part-*")))


@pytest.fixture(autouse=True)
def _work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
def test_a_killed_process_is_replaced(tmp_path: Path) -> None:
    write_corpus(4)
    deadly = tmp_path / "shard 2"
    deadly.touch()
    run(QuickSource(deadly=deadly))
    assert not deadly.exists()
    read = [line.split('"text": "')[1][:7] for line in joined("out").decode().splitlines() if "shard" in line]
    assert read == [f"shard {number}" for number in range(4)]
    assert len(joined("out").splitlines()) == 4 * (1 + CHUNK_CHARACTERS // 10_000)


@pytest.mark.slow
def test_a_shard_that_always_kills_its_process(tmp_path: Path) -> None:
    write_corpus(2)
    (tmp_path / "shard 1").mkdir()
    message = r"shard 1 ended its process 3 times \(signal 9\); if memory is short, lower `workers`"
    with pytest.raises(InputError, match=message):
        run(QuickSource(deadly=tmp_path / "shard 1"), workers=1)
    assert [path.name for path in Path("out").glob("part-*")] == ["part-00000.jsonl"]


@pytest.mark.slow
def test_a_full_disk_and_then_room_again(tmp_path: Path) -> None:
    write_corpus(3)
    with pytest.raises(
        OSError, match=r"left on device; [0-2] of 3 shards are whole; free some space, and run"
    ) as caught:
        run(QuickSource(fault={"number": 30, "action": "ENOSPC", "log": str(tmp_path / "log")}), workers=1)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert not [*Path("out").glob(".*")]
    run(QuickSource())
    run(QuickSource(), "undisturbed")
    assert joined("out") == joined("undisturbed")


@pytest.mark.slow
def test_what_is_wrong_with_a_model_is_told_by_the_process() -> None:
    Path("a.txt").write_text("张伟来。\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"missing\.toml"):
        run(TaggerSource(rules=("missing.toml",)))
    with pytest.raises(InputError, match="the tagger finds no LOC"):
        tag_in_shards(TextFiles(["a.txt"]), Path("out2"), QuickSource(), ShardOutput(types="LOC"))


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.scaling.test_local_workers import run
from tests.helpers.quick_tagger import QuickSource

if __name__ == "__main__":
    run(QuickSource())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.slow
def test_the_first_process_is_killed_at_50_random_moments(tmp_path: Path) -> None:
    write_corpus(24)
    Path("run.py").write_text(SCRIPT, encoding="utf-8")
    run(QuickSource(), "undisturbed")
    chance = random.Random(5)
    for _ in range(50):
        process = subprocess.Popen([sys.executable, "run.py", str(ROOT)], cwd=tmp_path)
        if chance.random() < 0.7:  # else while it imports, plans or starts its processes
            deadline = time.monotonic() + 60
            before = len([*Path("out").glob("part-*")])
            while len([*Path("out").glob("part-*")]) == before < 24 and time.monotonic() < deadline:
                time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([sys.executable, "run.py", str(ROOT)], cwd=tmp_path, check=True)
    assert joined("out") == joined("undisturbed")
    folder = ShardFolder(DiskStore(Path("out")))
    assert len(folder.whole(folder.read())) == 24
    assert not [name for name in os.listdir("out") if name.startswith(".")]
