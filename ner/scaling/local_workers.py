"""Shards in processes of this machine. A process that is killed is replaced, and its shard is done again."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from ner.cpu_settings import available_cores
from ner.errors import InputError
from ner.memory import available_memory
from ner.scaling.shard_plan import Shard
from ner.scaling.shard_task import ShardTask, ShardWorker, WholeShard

_MOST_DEATHS = 3
_WORKER_BYTES = 700_000_000
_SPAWN = multiprocessing.get_context("spawn")  # a fork of a process with threads is not safe


def tag_with_processes(
    task: ShardTask, shards: Mapping[int, Shard], workers: int | None, watch: Callable[[int], None]
) -> Generator[WholeShard, None, None]:
    """Tag shards with processes of this machine, and give each shard when it is whole.

    The processes end when the generator is closed, or when this process ends.

    Args:
        task: what the processes need.
        shards: the shards by their numbers.
        workers: the number of processes; None for one a core, as far as memory allows.
        watch: called with the number of characters that have just been read.

    Raises:
        InputError: the tagger can't be loaded, the files have changed, or a shard ends its process again and again.
        OSError: a file can't be read or written.
    """
    waiting = sorted(shards, reverse=True)
    workers = workers or _count_workers()
    deaths: dict[int, int] = {}
    running: dict[Connection, _Worker] = {}
    try:
        for _ in range(min(workers, len(waiting))):
            worker = _Worker(task)
            running[worker.pipe] = worker
        for worker in running.values():
            worker.give(number := waiting.pop(), shards[number])
        while running:
            for pipe in wait([*running]):
                worker = running[pipe]  # type: ignore[index]
                try:
                    answer = worker.pipe.recv()
                except (EOFError, OSError, pickle.UnpicklingError):
                    number = worker.number
                    deaths[number] = deaths.get(number, 0) + 1
                    del running[worker.pipe]
                    status = worker.stop(seconds=1)
                    if deaths[number] == _MOST_DEATHS:
                        raise _killed(number, status) from None
                    watch(-worker.characters)
                    worker = _Worker(task)
                    running[worker.pipe] = worker
                    worker.give(number, shards[number])
                    continue
                if isinstance(answer, Exception):
                    raise answer
                if isinstance(answer, int):
                    worker.characters += answer
                    watch(answer)
                    continue
                yield answer
                if waiting:
                    worker.give(number := waiting.pop(), shards[number])
                else:
                    del running[worker.pipe]
                    worker.stop()
    finally:
        for worker in running.values():
            worker.stop()


def _count_workers() -> int:
    memory = available_memory()
    return available_cores() if memory is None else max(1, min(available_cores(), memory // _WORKER_BYTES))


class _Worker:
    """A process, and the shard that it tags.

    Args:
        task: what it needs.
    """

    def __init__(self, task: ShardTask) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self._process: SpawnProcess = _SPAWN.Process(target=_work, args=(task, theirs), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends with the process
        self.number = -1
        self.characters = 0

    def give(self, number: int, shard: Shard) -> None:
        """Let it tag a shard."""
        self.number, self.characters = number, 0
        with suppress(OSError):  # it has ended: whoever waits for its answer sees it
            self.pipe.send((number, shard))

    def stop(self, seconds: float = 0) -> int | None:
        """End it, and return its exit status: a negative one is the signal that killed it."""
        self.pipe.close()
        if seconds:
            self._process.join(seconds)
        self._process.kill()
        self._process.join()
        return self._process.exitcode


def _work(task: ShardTask, pipe: Connection) -> None:
    """Be a process that tags shards until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the first one stops us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    worker = ShardWorker(task)
    with suppress(EOFError, OSError):
        while True:
            number, shard = pipe.recv()
            pipe.send(worker.tag(number, shard, pipe.send))


def _end_with_parent() -> None:
    """End at once when the first process is killed: what comes after it does all shards again that are not whole."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _killed(number: int, status: int | None) -> InputError:
    how = f"signal {-status}" if status is not None and status < 0 else f"exit status {status}"
    return InputError(
        f"shard {number} ended its process {_MOST_DEATHS} times ({how}); if memory is short, lower `workers` or "
        "`batch_characters`, and run the same command again"
    )
