"""The client with `await` gives what the other one gives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from ner import AsyncClient, InputError, ServiceError
from tests.client.conftest import MODELS, URL, transport_to
from tests.client.test_client import FOUND, TEXT, echo
from tests.serving.conftest import add_classifiers, stub_service


def with_client(use: Callable[[AsyncClient], Awaitable[Any]], transport: Any = None, **more: Any) -> Any:
    """What a function makes of a client."""

    async def run() -> Any:
        async with AsyncClient(URL, transport=transport or transport_to(), **more) as client:
            return await use(client)

    return asyncio.run(run())


def test_all_methods() -> None:
    async def use(client: AsyncClient) -> None:
        assert await client.tag(TEXT) == FOUND
        assert await client.tag([TEXT, ""], [[], []], types=["LOC"]) == [FOUND[1:], []]
        assert [one.probability for one in (await client.nbest([TEXT], 2))[0]] == [0.8, 0.8]
        assert (await client.embed(["杭州"])).tolist() == [[2.0, 0.5]]
        assert (await client.models())[0].name == "stub"
        assert [found async for found in client.tag_stream([TEXT, "上"])] == [FOUND, []]

    with_client(use)


def test_a_stream_that_is_async_and_has_no_end() -> None:
    read = 0

    async def endless() -> AsyncIterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "上海" * 2000

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=MODELS) if request.url.path == "/v1/models" else echo(request)

    async def use(client: AsyncClient) -> None:
        seen = 0
        async for found in client.tag_stream(endless()):
            seen += 1
            assert found[0].text == "上海" * 2000
            assert read - seen < 16
            if seen == 100:
                break

    with_client(use, httpx.MockTransport(answer), concurrency=2)


def test_a_long_list_is_divided_and_keeps_its_order() -> None:
    async def use(client: AsyncClient) -> list[str]:
        texts = ["上海" if place % 3 else "王小明" for place in range(105)]
        assert [found[0].text for found in await client.tag(texts)] == texts
        return texts

    with_client(use, transport_to(stub_service(max_texts=10)))


def test_many_tasks_share_a_client() -> None:
    async def use(client: AsyncClient) -> Any:
        return await asyncio.gather(*(client.tag(TEXT) for _ in range(40)))

    assert with_client(use) == [FOUND] * 40


def test_errors() -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(InputError, match="expected texts, got 3 at 0"):
            await client.tag([3])  # type: ignore[list-item]
        with pytest.raises(InputError, match="no type of the model"):
            await client.tag(TEXT, types=["X"])

    with_client(use)

    async def fail(client: AsyncClient) -> None:
        with pytest.raises(ServiceError, match="can't be reached"):
            await client.tag(TEXT)

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with_client(fail, httpx.MockTransport(refuse), retries=0)


def test_requests_ahead_are_dropped_with_the_caller() -> None:
    dropped: list[bool] = []

    async def never(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            return httpx.Response(200, json=MODELS)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            dropped.append(True)
            raise
        raise AssertionError

    def texts() -> Iterator[str]:
        return iter(["上海" * 2000] * 3)

    async def use(client: AsyncClient) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.tag(texts()), 0.05)
        await asyncio.sleep(0.01)

    with_client(use, httpx.MockTransport(never))
    assert dropped == [True] * 3


def test_labels() -> None:
    async def run() -> list[str | None]:
        async with AsyncClient(URL, transport=transport_to(add_classifiers(stub_service()))) as client:
            return [(await client.classify("进球了")).label, *(one.label for one in await client.classify(["降息"]))]

    assert asyncio.run(run()) == ["体育", "体育"]
