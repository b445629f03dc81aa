"""Clients of an application in this process, whose service is a stub, and of answers that a test makes up."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ner import Client
from ner.client import connection
from ner.serving.service import Service
from tests.serving.conftest import app_of

URL = "http://service"
Answer = Callable[[httpx.Request], httpx.Response]
MODELS = {
    "models": [
        {"name": "a", "default": True, "types": ["LOC"], "precision": "fp32", "window": 256, "embeds": True},
        {"name": "b", "default": False, "types": ["PER"], "precision": "fp32", "window": 256, "embeds": False},
    ],
    "limits": {"texts": 256, "characters": 100_000, "bytes": 2_000_000},
}


def transport_to(service: Service | None = None) -> httpx.ASGITransport:
    """Carries requests to an application with this service, or a stub."""
    app = app_of(service)

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {}  # as uvicorn does
        await app(scope, receive, send)

    return httpx.ASGITransport(with_state)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a stub."""
    with Client(URL, transport=transport_to()) as one:
        yield one


@pytest.fixture
def answered_by() -> Iterator[Callable[..., Client]]:
    """Makes clients whose requests to tag are answered by a function; all know two models."""
    made: list[Client] = []

    def make(answer: Answer, **more: Any) -> Client:
        def respond(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=MODELS) if request.url.path == "/v1/models" else answer(request)

        made.append(Client(URL, transport=httpx.MockTransport(respond), **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of the pauses before requests that are sent again, which take no time."""
    seen: list[float] = []
    sleep = connection.asyncio.sleep

    async def note(seconds: float) -> None:
        seen.append(seconds)
        await sleep(0)

    monkeypatch.setattr(connection.asyncio, "sleep", note)
    monkeypatch.setattr(connection.random, "uniform", lambda low, high: high / 8)
    return seen
