"""Shards on a Ray cluster: one actor for each worker. Ray only schedules; reading and writing are ours."""

from collections.abc import Callable, Generator, Mapping
from itertools import islice
from typing import Any

from ner.extras import import_extra
from ner.scaling.shard_plan import Shard
from ner.scaling.shard_task import ShardTask, ShardWorker, WholeShard

_AHEAD = 2
"""Shards that an actor has: the one that it tags, and the next one, so that it never waits."""


def tag_with_ray(
    task: ShardTask, shards: Mapping[int, Shard], workers: int | None, watch: Callable[[int], None]
) -> Generator[WholeShard, None, None]:
    """Tag shards with actors of a Ray cluster, and give each shard when it is whole.

    The cluster is the one that this process is connected to, else the one of `RAY_ADDRESS` or of this machine, else a
    new one on this machine. All nodes need the same files at the same paths, and this package. An actor that dies is
    started again, and its shard is done again.

    Args:
        task: what the actors need.
        shards: the shards by their numbers.
        workers: the number of actors; None for one on each core of the cluster.
        watch: called with the number of characters of each shard when it is whole.

    Raises:
        InputError: Ray is not installed, the tagger can't be loaded, or the files have changed.
        OSError: a file can't be read or written.
    """
    ray = import_extra("ray", "ray", "`engine` ray")
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    cores = task.threads
    workers = workers or max(1, int(ray.cluster_resources().get("CPU", 1)) // cores)
    tagger = ray.remote(num_cpus=cores, max_restarts=-1, max_task_retries=-1)(ShardWorker)
    shared = ray.put(task)
    actors = [tagger.remote(shared) for _ in range(min(workers, len(shards)))]
    waiting = iter(shards.items())
    running: dict[Any, tuple[Any, Shard]] = {}

    def give(actor: Any) -> None:
        for number, shard in islice(waiting, 1):
            running[actor.tag.remote(number, shard)] = actor, shard

    try:
        for _ in range(_AHEAD):
            for actor in actors:
                give(actor)
        while running:
            ready, _ = ray.wait([*running])
            actor, shard = running.pop(ready[0])
            result: WholeShard | Exception = ray.get(ready[0])
            if isinstance(result, Exception):
                raise result
            give(actor)
            watch(shard.characters)
            yield result
    finally:
        for actor in actors:
            ray.kill(actor)
