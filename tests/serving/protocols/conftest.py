"""Requests to an application with a stub service, which finds 林晓东, 王小明, 杭州, 上海 and 远山集团."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ner.serving.service import Service
from tests.serving.conftest import stub_service

Ask = Callable[..., httpx.Response]


@pytest.fixture
def service() -> Service:
    """The stub, with two models and narrow limits."""
    stub = stub_service(max_texts=3, max_characters=20)
    stub.models = {name: {**stub.models["stub"], "version": "0a1b2c3d"} for name in ("stub", "other")}
    return stub


@pytest.fixture
def ask(make_client: Callable[..., httpx.AsyncClient], service: Service) -> Ask:
    """Sends one request: with JSON it is a POST, else a GET."""

    def send(path: str, json: Any = None, **more: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            async with make_client(service) as client:
                if json is None:
                    return await client.get(path, **more)
                return await client.post(path, json=json, **more)

        return asyncio.run(run())

    return send
