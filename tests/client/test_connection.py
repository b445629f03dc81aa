"""When a request is sent again, and what the client says when there is no answer."""

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from ner import Client, InputError, ServiceError
from ner.client.slots import Slots
from tests.client.conftest import MODELS, URL
from tests.client.test_client import echo

Make = Callable[..., Client]


def after(*failures: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """Answers that begin with failures."""
    left = list(failures)

    def answer(request: httpx.Request) -> httpx.Response:
        failure = left.pop(0) if left else echo(request)
        if isinstance(failure, Exception):
            raise failure
        return failure

    return answer


def busy(**headers: str) -> httpx.Response:
    return httpx.Response(429, headers=headers, json={"error": "too many requests"})


@pytest.mark.parametrize(
    "failure",
    [
        busy(),
        httpx.Response(503, json={"error": "the service is loading its models"}),
        httpx.Response(502, text="<html>"),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("gone"),
        httpx.ConnectTimeout("late"),
    ],
)
def test_it_asks_again(answered_by: Make, pauses: list[float], failure: Any) -> None:
    assert answered_by(after(failure, failure)).tag("上海")[0].text == "上海"
    assert pauses == [0.5 / 8, 1.0 / 8]


def test_pauses_grow_to_a_limit_beyond_what_the_service_asks_for(answered_by: Make, pauses: list[float]) -> None:
    failures = [busy(**{"Retry-After": "3"}), *(busy() for _ in range(6))]
    answered_by(after(*failures), retries=7).tag("上海")
    assert pauses == [3 + 0.5 / 8, 1 / 8, 2 / 8, 4 / 8, 8 / 8, 10 / 8, 10 / 8]


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 8),
        (formatdate(time.time() + 5000, usegmt=True), 4000, 5001),
        (formatdate(time.time() - 20, usegmt=True), 0, 1),
        ("soon", 0, 1),
        ("-1", 0, 1),
    ],
    ids=["seconds", "a date", "a date that has passed", "a word", "below 0"],
)
def test_retry_after(answered_by: Make, pauses: list[float], header: str, least: float, most: float) -> None:
    answered_by(after(busy(**{"Retry-After": header})), total_timeout=86_400).tag("上海")
    assert least <= pauses[0] <= most


def test_it_asks_again_a_few_times_only(answered_by: Make, pauses: list[float]) -> None:
    with pytest.raises(ServiceError, match="http://service: too many requests"):
        answered_by(lambda request: busy(), retries=2).tag("上海")
    assert len(pauses) == 2
    with pytest.raises(ServiceError):
        answered_by(lambda request: busy(), retries=0).tag("上海")
    assert len(pauses) == 2


def test_it_waits_no_longer_than_the_total_time(answered_by: Make, pauses: list[float]) -> None:
    with pytest.raises(ServiceError, match="too many requests"):
        answered_by(lambda request: busy(**{"Retry-After": "11"}), total_timeout=10).tag("上海")
    assert pauses == []


@pytest.mark.parametrize("status", [400, 404, 413, 415, 422])
def test_a_wrong_request_is_not_sent_again(answered_by: Make, pauses: list[float], status: int) -> None:
    with pytest.raises(InputError, match="http://service: types: there is no such type"):
        answered_by(after(httpx.Response(status, json={"error": "types: there is no such type"}))).tag("上海")
    assert pauses == []


def test_an_api_key_that_is_wrong(answered_by: Make) -> None:
    with pytest.raises(InputError, match="needs an API key: `api_key` is missing or wrong"):
        answered_by(after(httpx.Response(401, json={"error": "expected an API key"}))).tag("上海")


def test_the_place_of_a_text_is_that_in_the_list_of_the_caller(answered_by: Make) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if "坏".encode() in request.content:
            return httpx.Response(422, json={"error": "texts[1]: expected something else"})
        return echo(request)

    texts = ["上" * 3000, "海" * 3000, "杭" * 3000, "坏"]
    with pytest.raises(InputError, match=r"texts\[3\]: expected something else"):
        answered_by(refuse).tag(texts)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (
            httpx.Response(500, json={"error": "the model failed"}, headers={"x-request-id": "7f"}),
            r"failed \(request 7f",
        ),
        (httpx.Response(504, json={"error": "not answered in time"}), "not answered in time"),
        (httpx.Response(404, text="<html>"), "is no bert-ner service, or one of another version: HTTP status 404"),
        (httpx.Response(404, json={"detail": "Not Found"}), "is no bert-ner service"),
        (httpx.Response(301, headers={"location": "https://service/"}), "is no bert-ner service.*301"),
        (httpx.Response(200, text="<html>"), "is no bert-ner service"),
        (httpx.Response(200, json=[]), "is no bert-ner service"),
        (httpx.Response(200, json={"results": []}), "is no bert-ner service"),
        (httpx.Response(200, json={"results": [{"entities": [{}]}]}), "is no bert-ner service"),
    ],
)
def test_a_service_that_fails(answered_by: Make, response: httpx.Response, message: str) -> None:
    with pytest.raises(ServiceError, match=message):
        answered_by(lambda request: response).tag("上海")


def test_nobody_is_there() -> None:
    with Client("http://user:secret@127.0.0.1:1/ner/", retries=0) as client, pytest.raises(ServiceError) as caught:
        client.tag("上海")
    assert str(caught.value).startswith("http://127.0.0.1:1/ner can't be reached: ")


def test_an_answer_that_is_late(answered_by: Make) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    with Client(URL, timeout=0.05, transport=httpx.MockTransport(never)) as client:
        began = time.monotonic()
        with pytest.raises(ServiceError, match=r"did not answer within 0\.05 s"):
            client.tag("上海")
        assert time.monotonic() - began < 5


def test_a_service_that_can_do_one_request_at_a_time_is_not_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request finds its time with five repetitions, because the client soon asks for less at once."""
    monkeypatch.setattr("ner.client.connection._FIRST_PAUSE", 0.01)
    running = refused = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal running, refused
        if request.url.path == "/v1/models":
            return httpx.Response(200, json=MODELS)
        if running:
            refused += 1
            return busy()
        running += 1
        await asyncio.sleep(0.002)
        running -= 1
        return echo(request)

    with Client(URL, concurrency=16, transport=httpx.MockTransport(answer)) as client:
        assert len(client.tag(["上海" * 2000] * 100)) == 100
    assert refused < 60


def test_slots_grow_again() -> None:
    async def run() -> None:
        slots = Slots(4)
        for _ in range(5):
            slots.shrink()
        async with slots:
            second = asyncio.ensure_future(slots.__aenter__())
            await asyncio.sleep(0)
            assert not second.done()
            for _ in range(100):
                slots.grow()
        await asyncio.wait_for(second, 1)
        for _ in range(3):
            await asyncio.wait_for(slots.__aenter__(), 1)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(slots.__aenter__(), 0.01)

    asyncio.run(run())
