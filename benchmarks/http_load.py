"""A small HTTP client for load: many connections, requests at given times, little work of its own."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter


@dataclass
class Answer:
    """What came back.

    Args:
        status: the HTTP status; 0 if the connection broke.
        seconds: the time from when the request was due, so waiting for a connection counts.
        characters: the size of its texts.
        finished: when it came.
    """

    status: int
    seconds: float
    characters: int
    finished: float


class Load:
    """Sends requests to one service.

    Args:
        port: its port on 127.0.0.1.
        path: the route.
        body: makes the JSON of a request from texts.
    """

    def __init__(self, port: int, path: str, body: Callable[[Sequence[str]], object]) -> None:
        self._port = port
        self._path = path
        self._body = body
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, texts: Sequence[str], due: float | None = None) -> Answer:
        """Send one request and read its answer."""
        due = due or perf_counter()
        characters = sum(map(len, texts))
        content = json.dumps(self._body(texts), ensure_ascii=False).encode()
        head = f"POST {self._path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(content)}\r\n\r\n"
        try:
            pair = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
            pair[1].write(head.encode() + content)
            answer = await pair[0].readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await pair[0].readexactly(length)
            self._idle.append(pair)
            status = int(answer[9:12])
        except (OSError, asyncio.IncompleteReadError, ValueError):
            status = 0
        now = perf_counter()
        return Answer(status, now - due, characters, now)

    def forget(self) -> None:
        """Forget the connections, which belong to an event loop."""
        self._idle.clear()

    async def closed(self, clients: int, seconds: float, next_texts: Callable[[], Sequence[str]]) -> list[Answer]:
        """Clients that each send the next request when they have an answer."""
        self.forget()
        ends = perf_counter() + seconds
        answers: list[Answer] = []

        async def client() -> None:
            while perf_counter() < ends:
                answers.append(await self.ask(next_texts()))

        await asyncio.gather(*(client() for _ in range(clients)))
        return answers

    async def open(
        self, rate: float, seconds: float, next_texts: Callable[[], Sequence[str]], dice: random.Random
    ) -> list[Answer]:
        """Requests at random times (a Poisson process), whether or not earlier ones have been answered."""
        self.forget()
        start = due = perf_counter()
        tasks = []
        while due < start + seconds:
            due += dice.expovariate(rate)
            await asyncio.sleep(max(0.0, due - perf_counter()))
            tasks.append(asyncio.ensure_future(self.ask(next_texts(), due)))
        return list(await asyncio.gather(*tasks))


@asynccontextmanager
async def crowd(port: int, idle: int, slow: int) -> AsyncIterator[None]:
    """Keep connections open beside the load. Those that the service closes are opened again.

    Args:
        port: of the service on 127.0.0.1.
        idle: the number of connections that have sent a request, and keep silent.
        slow: the number of connections that send one byte of a request each second.
    """

    async def stay(head: bytes, more: bytes) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(head)
                while more and not reader.at_eof():
                    writer.write(more)
                    await writer.drain()
                    await asyncio.sleep(1)
                while await reader.read(65536):
                    pass
            except OSError:
                await asyncio.sleep(0.1)
            finally:
                writer.close()

    silent = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    slowly = b"POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    tasks = [asyncio.ensure_future(stay(silent, b"")) for _ in range(idle)]
    tasks += [asyncio.ensure_future(stay(slowly, b" ")) for _ in range(slow)]
    await asyncio.sleep(1)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
