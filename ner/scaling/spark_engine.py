"""Shards on a Spark cluster: one task for each shard. Spark only schedules; reading and writing are ours."""

import functools
import threading
import uuid
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from ner.extras import import_extra
from ner.scaling.shard_plan import Shard
from ner.scaling.shard_task import ShardTask, ShardWorker, WholeShard

_SECONDS = 0.2

_workers: dict[str, ShardWorker] = {}
"""That of each run, in a Python process of an executor, which lives longer than a task."""


def tag_with_spark(
    task: ShardTask, shards: Mapping[int, Shard], workers: int | None, watch: Callable[[int], None]
) -> Generator[WholeShard, None, None]:
    """Tag shards with a Spark cluster, and give each shard when it is whole.

    The session is the one of this process, else a new one with the settings of Spark, such as those of `spark-submit`.
    All nodes need the same files at the same paths, and this package. Spark does a task again whose process dies.

    Args:
        task: what the processes need.
        shards: the shards by their numbers.
        workers: must be None: Spark has as many tasks at a time as its executors have cores.
        watch: called with the number of characters of each shard when it is whole.

    Raises:
        InputError: Spark is not installed, the tagger can't be loaded, or the files have changed.
        OSError: a file can't be read or written.
    """
    sql = import_extra("pyspark.sql", "spark", "`engine` spark")
    context = sql.SparkSession.builder.appName("bert-ner").getOrCreate().sparkContext
    group = f"bert-ner-{uuid.uuid4().hex}"
    results = context.accumulator([], _Lists())
    shared = context.broadcast(task)
    failures: list[Exception] = []

    def work() -> None:
        context.setJobGroup(group, "bert-ner: tag shards")
        try:
            context.parallelize(list(shards.items()), len(shards)).foreachPartition(
                functools.partial(_tag, group, shared, results)
            )
        except Exception as error:  # Spark has its own classes, with a long story of Java
            failures.append(error)

    job = threading.Thread(target=work, daemon=True)
    job.start()
    told = 0
    try:
        while True:
            ended = not job.is_alive()
            for result in results.value[told:]:
                told += 1
                if isinstance(result, Exception):
                    raise result
                watch(shards[result.number].characters)
                yield result
            if ended:
                break
            job.join(_SECONDS)
        if failures:
            raise failures[0]
    finally:
        context.cancelJobGroup(group)
        job.join()
        shared.destroy()


def _tag(group: str, shared: Any, results: Any, shards: Iterable[tuple[int, Shard]]) -> None:
    """Tag the shards of a task, in a process of an executor."""
    worker = _workers.setdefault(group, ShardWorker(shared.value))
    for number, shard in shards:
        results.add([worker.tag(number, shard)])


class _Lists:
    """How the results of tasks come together: see `pyspark.AccumulatorParam`."""

    def zero(self, value: list[Any]) -> list[Any]:
        return []

    def addInPlace(self, one: list[Any], other: list[Any]) -> list[Any]:
        one += other
        return one
