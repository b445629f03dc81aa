"""The service's side of an engine process: start it, hand it a batch, end it."""

import asyncio
import os
import sys
from collections.abc import Collection
from typing import Any

from ner.errors import InputError
from ner.serving.engine_process import Batch, Result, Start
from ner.serving.frames import pack, receive_frame

_BUFFER = 1 << 20  # bytes of an answer that are read ahead
_LONGEST_END = 5.0  # seconds
_MOST_BRIEF = 16  # lists of single requests that an engine keeps: the next request may have the same


class EngineDied(Exception):
    """The process ended before it answered."""


class EngineProcess:
    """A running engine process. Make one with `start`."""

    def __init__(self, process: asyncio.subprocess.Process, models: dict[str, Any]) -> None:
        self._process = process
        self.models = models
        self._held: dict[str, bool] = {}  # the versions of its lists, the last used last, and whether they were live

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.returncode is None

    async def wait(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    @classmethod
    async def start(cls, start: Start) -> "EngineProcess":
        """Start a process and wait until it has loaded and tried its models.

        Raises:
            InputError: a model can't be loaded.
            EngineDied: the process ended.
        """
        threads = str(start["threads"])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ner.serving.engine_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=_standard_error(),
            env={**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
            start_new_session=True,  # Ctrl-C in the terminal is for the service, which lets it finish its work
            limit=_BUFFER,
        )
        engine = cls(process, {})
        try:
            answer = await engine._exchange(start)
        except BaseException:
            engine.kill()
            raise
        if "error" in answer:
            engine.kill()
            raise InputError(answer["error"])
        engine.models = answer["models"]
        engine._held = dict.fromkeys(start["lexicons"], True)
        return engine

    async def work(self, batch: Batch, live: Collection[str] = ()) -> tuple[list[Result], float]:
        """The result of each item of a batch, and the seconds that the process needed.

        Args:
            batch: the batch. It has the content of all its lists: what the process has already is not sent again.
            live: the versions of lists that further batches will need.

        Raises:
            EngineDied: the process ended.
        """
        wanted = batch["lexicons"]
        held = {version: version in live for version in {**self._held, **wanted}}
        for version in wanted:
            held[version] = held.pop(version)  # to the end
        brief = [version for version, is_live in held.items() if not is_live and not self._held.get(version)]
        gone = [version for version, is_live in held.items() if not is_live and self._held.get(version)]
        forget = [version for version in (*gone, *brief[:-_MOST_BRIEF]) if version not in wanted]
        new = {version: None if version in self._held else content for version, content in wanted.items()}
        answer = await self._exchange({**batch, "lexicons": new, "forget": forget})
        self._held = {version: is_live for version, is_live in held.items() if version not in forget}
        return answer["results"], answer["seconds"]

    async def _exchange(self, message: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(pack(message))
            await self._process.stdin.drain()
            return await receive_frame(self._process.stdout)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EngineDied from error

    def kill(self) -> None:
        """End the process at once."""
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """Let the process end, and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._read_rest(), _LONGEST_END)
        except asyncio.TimeoutError:
            self.kill()
            await self._read_rest()

    async def _read_rest(self) -> None:
        """Wait until the process has ended. What it still writes is read: else, neither it nor asyncio would end."""
        assert self._process.stdout is not None
        while await self._process.stdout.read(_BUFFER):
            pass
        await self._process.wait()


def _standard_error() -> int | None:
    """What an engine gets as standard error: that of the service, or none if it is closed.

    With a closed one, the engine's messages would get its number, and what a library prints would come between them.
    """
    try:
        return None if os.get_inheritable(2) else asyncio.subprocess.DEVNULL
    except OSError:
        return asyncio.subprocess.DEVNULL
