"""Shards on a local Ray cluster, whose workers are killed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.records.text_files import TextFiles
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_task import ShardOutput
from ner.scaling.tag_in_shards import tag_in_shards
from tests.helpers.quick_tagger import QuickSource
from tests.scaling.test_local_workers import ROOT, joined, write_corpus

ray: Any = pytest.importorskip("ray")
pytestmark = pytest.mark.cluster
ON_RAY = ShardSettings(shard_size="1", workers=2, engine="ray")


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    os.environ["RAY_AUTH_MODE"] = "disabled"
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
        runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
    )
    yield
    ray.shutdown()


@pytest.fixture(autouse=True)
def _work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tag(tmp_path: Path, source: QuickSource, output: str = "out", form: ShardOutput | None = None) -> int:
    return tag_in_shards(TextFiles([str(tmp_path / "a.txt")]), tmp_path / output, source, form, ON_RAY).tagged


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    write_corpus(8)
    (tmp_path / "shard 3").touch()
    assert tag(tmp_path, QuickSource(deadly=tmp_path / "shard 3")) == 8
    assert not (tmp_path / "shard 3").exists()
    local = ShardSettings(shard_size="1")
    tag_in_shards(TextFiles([str(tmp_path / "a.txt")]), tmp_path / "local", QuickSource(), settings=local)
    assert joined("out") == joined("local")
    assert tag(tmp_path, QuickSource()) == 0


def test_an_error_is_that_of_the_worker(tmp_path: Path) -> None:
    write_corpus(2)
    with pytest.raises(InputError, match="the tagger finds no LOC"):
        tag(tmp_path, QuickSource(), form=ShardOutput(types="LOC"))
    fault = {"number": 3, "action": "ENOSPC", "log": str(tmp_path / "log")}
    with pytest.raises(OSError, match=r"left on device; 0 of 2 shards are whole; free some space"):
        tag(tmp_path, QuickSource(fault=fault), "full")
    assert tag(tmp_path, QuickSource(), "full") > 0
