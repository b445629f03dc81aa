"""Shards on a local Spark cluster, whose workers are killed, and entities as a column of a DataFrame."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.records.text_files import TextFiles
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_task import ShardOutput
from ner.scaling.spark_udf import spark_udf
from ner.scaling.tag_in_shards import tag_in_shards
from tests.helpers.quick_tagger import QuickSource
from tests.scaling.test_local_workers import ROOT, joined, write_corpus

sql: Any = pytest.importorskip("pyspark.sql")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)
pytestmark = pytest.mark.cluster
ON_SPARK = ShardSettings(shard_size="1", engine="spark")


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[Any]:
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
    session = (
        sql.SparkSession.builder.master("local[2,4]")  # a task is tried four times
        .config("spark.ui.enabled", "false")
        .config("spark.python.worker.reuse", "true")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def _work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tag(tmp_path: Path, source: QuickSource, output: str = "out", form: ShardOutput | None = None) -> int:
    return tag_in_shards(TextFiles([str(tmp_path / "a.txt")]), tmp_path / output, source, form, ON_SPARK).tagged


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
    with pytest.raises(InputError, match="leave out `workers`"):
        ShardSettings(engine="spark", workers=2)


def test_a_column_of_entities(session: Any) -> None:
    frame = session.createDataFrame([("林晓东住在杭州。",), (None,), ("",)], "text string")
    rows = frame.withColumn("entities", spark_udf()("text")).collect()
    assert [[(e.start, e.end, e.label, e.text) for e in row.entities] for row in rows] == [
        [(0, 3, "PER", "林晓东"), (5, 7, "LOC", "杭州")],
        [],
        [],
    ]
    assert all(0 < entity.score <= 1 for row in rows for entity in row.entities)
