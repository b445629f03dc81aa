"""Streams of JSON lines: each line has its answer, in order, and neither side can hold the other."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.serving.app import make_app
from ner.serving.http_protocol import protocol_class
from ner.serving.refusal import Refusal, too_busy
from ner.serving.served_lexicon import pack
from ner.serving.service import Service
from tests.serving.conftest import app_of, never_answer, stub_service


class Talk:
    """A request for the stream, whose lines are sent one after the other.

    Args:
        service: the service.
        query: the options.
    """

    def __init__(self, service: Service, query: str = "") -> None:
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._app = app_of(service)
        self.taken = 0
        self.reads = asyncio.Event()  # whether the client reads
        self.reads.set()
        self.sent: list[dict[str, Any]] = []
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": "/v1/tag/stream",
            "raw_path": b"/v1/tag/stream",
            "root_path": "",
            "query_string": query.encode(),
            "headers": [],
            "http_version": "1.1",
            "scheme": "http",
            "state": {},
        }
        self.running = asyncio.ensure_future(self._app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        message = await self._incoming.get()
        self.taken += 1
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        self.sent.append(message)

    def write(self, body: bytes, *, last: bool = False) -> None:
        """Send a piece of the body."""
        self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": not last})

    def go(self) -> None:
        """Close the connection."""
        self._incoming.put_nowait({"type": "http.disconnect"})

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.sent[0]["status"])

    @property
    def lines(self) -> list[Any]:
        """The answers so far."""
        return [json.loads(line) for line in b"".join(part.get("body", b"") for part in self.sent).splitlines()]

    async def wait_for(self, count: int) -> list[Any]:
        """Wait for so many answers."""
        for _ in range(400):
            if len(self.lines) >= count:
                break
            await asyncio.sleep(0.005)
        return self.lines

    async def end(self) -> list[Any]:
        """Wait until the answer ends."""
        await asyncio.wait_for(self.running, 5)
        assert self.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        return self.lines


def ask(body: bytes | Sequence[bytes], query: str = "", service: Service | None = None) -> list[Any]:
    """The answers to a body that comes in pieces."""

    async def run() -> list[Any]:
        talk = Talk(service or stub_service(), query)
        pieces = [body] if isinstance(body, bytes) else body
        for place, piece in enumerate(pieces, 1):
            talk.write(piece, last=place == len(pieces))
        return await talk.end()

    return asyncio.run(run())


def names(answer: dict[str, Any]) -> list[str]:
    return [entity["text"] for entity in answer["entities"]]


BODY = '{"text": "林晓东住在杭州。", "id": 7}\n"上海"\r\n"😀王小明"'.encode()


def test_each_line_has_its_answer() -> None:
    assert ask(BODY) == [
        {
            "line": 1,
            "entities": [
                {"start": 0, "end": 3, "label": "PER", "text": "林晓东", "score": 0.9},
                {"start": 5, "end": 7, "label": "LOC", "text": "杭州", "score": 0.9},
            ],
        },
        {"line": 2, "entities": [{"start": 0, "end": 2, "label": "LOC", "text": "上海", "score": 0.9}]},
        {"line": 3, "entities": [{"start": 1, "end": 4, "label": "PER", "text": "王小明", "score": 0.9}]},
    ]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    assert ask([BODY[at : at + size] for at in range(0, len(BODY), size)]) == ask(BODY)


def test_no_lines() -> None:
    assert ask(b"") == []


def test_options() -> None:
    (answer,) = ask(BODY.splitlines()[0], "types=LOC&types=ORG&nbest=2&model=stub")
    assert names(answer) == ["杭州"]
    assert [one["probability"] for one in answer["alternatives"]] == [0.8, 0.8]
    assert names(ask(b'"\xe4\xb8\x8a\xe6\xb5\xb7"', "min_score=0.95")[0]) == []


LIST = '{"dictionary": [{"term": "住在", "type": "VERB"}]}\n'.encode()


def test_the_first_line_may_have_a_list_for_all_lines() -> None:
    head, first, *rest = ask(LIST + BODY)
    assert head == {"line": 1, "entries": 1}
    assert [(e["text"], e["source"]) for e in first["entities"]] == [
        ("林晓东", "model"),
        ("住在", "dictionary"),
        ("杭州", "model"),
    ]
    assert [answer["line"] for answer in rest] == [3, 4]
    assert ask(LIST) == [{"line": 1, "entries": 1}]
    service = stub_service()
    service.lexicons.named["verbs"] = pack(Lexicon([Entry("住在", "VERB")]))
    assert names(ask(BODY, "lexicon=verbs", service)[0]) == ["林晓东", "住在", "杭州"]


@pytest.mark.parametrize("wrong", [b"[{}]", b"null", b'[{"term": "a", "type": "X", "mode": "x"}]', b'[{"term": "a"}]'])
def test_no_line_is_answered_without_its_list(wrong: bytes) -> None:
    (answer,) = ask(b'{"dictionary": ' + wrong + b"}\n" + BODY)
    assert answer["line"] == 1
    assert answer["error"].startswith("dictionary")


def test_a_list_in_a_later_line_is_an_error_of_this_line() -> None:
    answers = ask(BODY.splitlines()[0] + b"\n" + LIST + BODY.splitlines()[0])
    assert ["error" in answer for answer in answers] == [False, True, False]


@pytest.mark.parametrize(
    ("query", "status"),
    [("types=X", 422), ("nbest=x", 422), ("nbest=-1", 422), ("min_score=nan", 422), ("model=x", 404)],
)
def test_wrong_options_are_refused_at_once(query: str, status: int) -> None:
    async def run() -> None:
        talk = Talk(stub_service(), query)
        await asyncio.wait_for(talk.running, 5)
        assert talk.status == status

    asyncio.run(run())


WRONG = {
    "blank": (b"", "the line is not JSON"),
    "not JSON": ("杭州".encode(), "the line is not JSON"),
    "NaN": (b'{"text": "a", "x": NaN}', "the line is not JSON"),
    "half a character": (b'"\\ud800"', "the line is not JSON"),
    "not UTF-8": ('"杭州"'.encode("gbk"), "the line is not JSON"),
    "depth": (b"[" * 7000, "the line is not JSON"),
    "no text": (b'{"texts": ["a"]}', 'expected a JSON object with a "text", or a JSON string'),
    "a number": (b'{"text": 1}', 'expected a JSON object with a "text", or a JSON string'),
    "a list": (b'["a"]', 'expected a JSON object with a "text", or a JSON string'),
    "a long text": (b'"' + b"a" * 1001 + b'"', "expected at most 1,000 characters"),
    "a long line": (b'"' + b"a" * 9000 + b'"', "expected at most 8,000 bytes in a line"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_line_spoils_no_other(name: str) -> None:
    line, error = WRONG[name]
    service = stub_service(max_characters=1000, max_body=8000)
    body = b'"a"\n' + line + b'\n"b"\n'
    first, second, third = ask([body[:5000], body[5000:]], service=service)
    assert (first, third) == ({"line": 1, "entities": []}, {"line": 3, "entities": []})
    assert (second["line"], second["error"].startswith(error)) == (2, True), second
    assert "杭" not in second["error"]


def test_an_answer_comes_before_the_next_line() -> None:
    async def run() -> None:
        talk = Talk(stub_service())
        for number in range(1, 4):
            talk.write('"上海"\n'.encode())
            assert [answer["line"] for answer in await talk.wait_for(number)] == [*range(1, number + 1)]
        talk.write(b"", last=True)
        assert len(await talk.end()) == 3

    asyncio.run(run())


def test_a_poisoned_line_fails_alone() -> None:
    service = stub_service()
    find = service.work

    async def work(task: Any, items: Any) -> Any:
        if any("poison" in item["text"] for item in items):
            raise Refusal(500, "texts[0]: the model failed")
        return await find(task, items)

    service.work = work  # type: ignore[method-assign]
    answers = ask('"上海"\n"poison"\n"杭州"'.encode(), service=service)
    assert names(answers[0]) == ["上海"]
    assert answers[1] == {"line": 2, "error": "the model failed"}
    assert names(answers[2]) == ["杭州"]


def test_few_lines_are_read_ahead() -> None:
    """Nothing is read from a client that doesn't read, and it goes on when the client does."""

    async def run() -> None:
        talk = Talk(stub_service())
        talk.reads.clear()
        for _ in range(50):
            talk.write(b'"a"\n' * 100)
        talk.write(b"", last=True)
        await asyncio.sleep(0.1)
        assert talk.taken < 8
        talk.reads.set()
        assert [answer["line"] for answer in await talk.end()] == [*range(1, 5001)]

    asyncio.run(run())


def test_work_ends_when_the_client_goes() -> None:
    async def run() -> None:
        service = stub_service()
        dropped = never_answer(service)
        for last in (False, True):
            talk = Talk(service)
            talk.write(b'"a"\n', last=last)
            await asyncio.sleep(0.02)
            talk.go()
            await asyncio.wait_for(talk.running, 5)
        assert dropped == [True, True]
        assert 'route="/v1/tag/stream",status="499"} 2.0' in service.metrics.text().decode()

    asyncio.run(run())


def test_it_waits_while_the_service_is_too_busy() -> None:
    async def run() -> None:
        service = stub_service(max_wait=2.0)
        waits = 0.0
        service.expected_wait = lambda characters=0: waits  # type: ignore[method-assign]
        find, refused = service.work, []

        async def work(task: Any, items: Any) -> Any:
            if not refused:  # somebody else was quicker
                nonlocal waits
                waits = 3.0
                refused.append(True)
                raise too_busy(3.0)
            return await find(task, items)

        service.work = work  # type: ignore[method-assign]
        talk = Talk(service)
        talk.write('"上海"\n'.encode(), last=True)
        for _ in range(1000):
            if not refused:
                await asyncio.sleep(0.01)
        assert (refused, talk.sent) == ([True], [])
        waits = 1.5  # there is room for a request, but half of it is for others
        await asyncio.sleep(0.1)
        assert talk.sent == []
        waits = 0.5
        assert names((await talk.end())[0]) == ["上海"]

    asyncio.run(run())


def test_a_text_that_takes_longer_than_the_time_limit_waits_for_an_idle_service() -> None:
    service = stub_service(timeout=0.2)

    async def work(task: Any, items: Any) -> Any:
        raise too_busy(90.0)

    service.work = work  # type: ignore[method-assign]
    assert ask(b'"a"\n"b"', service=service) == [
        {"line": 1, "error": "the service is too busy for a text that takes more than 0.2 s"},
        {"line": 2, "error": "the service is too busy for a text that takes more than 0.2 s"},
    ]


def test_shutting_down_answers_what_is_worked_on_and_names_the_first_line_that_is_not() -> None:
    async def run() -> None:
        service = stub_service()
        going = asyncio.Event()
        find = service.work

        async def work(task: Any, items: Any) -> Any:
            await going.wait()
            return await find(task, items)

        service.work = work  # type: ignore[method-assign]
        talk = Talk(service)
        talk.write('"上海"\n"杭州"\n"half'.encode())
        await asyncio.sleep(0.02)
        service.draining = True
        await asyncio.sleep(0.1)
        going.set()
        first, second, end = await talk.end()
        assert (names(first), names(second)) == (["上海"], ["杭州"])
        assert end == {
            "line": 3,
            "error": "the service is shutting down: send this line and the following ones again",
        }

    asyncio.run(run())


def test_lines_that_wait_for_room_are_not_begun_when_the_service_shuts_down() -> None:
    async def run() -> None:
        service = stub_service()
        service.expected_wait = lambda characters=0: 1.5  # type: ignore[method-assign]
        talk = Talk(service)
        talk.write(b'"a"\n')
        await asyncio.sleep(0.02)
        talk.write(b'"b"\n', last=True)
        await asyncio.sleep(0.02)
        service.draining = True
        (end,) = await talk.end()
        assert end["line"] == 1

    asyncio.run(run())


def test_a_client_that_sends_nothing_is_not_waited_for() -> None:
    async def run() -> None:
        talk = Talk(stub_service(receive_timeout=0.1))
        talk.write(b'"a"\n"b')
        first, end = await talk.end()
        assert first == {"line": 1, "entities": []}
        assert end == {"line": 2, "error": "nothing came for 0.1 s: send this line and the following ones again"}
        assert (b"connection", b"close") in talk.sent[0]["headers"]

    asyncio.run(run())


def test_a_client_may_wait_for_an_answer_that_takes_long() -> None:
    async def run() -> None:
        service = stub_service(receive_timeout=0.1)
        find = service.work

        async def work(task: Any, items: Any) -> Any:
            await asyncio.sleep(0.3)
            return await find(task, items)

        service.work = work  # type: ignore[method-assign]
        talk = Talk(service)
        talk.write(b'"a"\n')
        await talk.wait_for(1)
        talk.write(b'"b"\n', last=True)
        assert [answer["line"] for answer in await talk.end()] == [1, 2]

    asyncio.run(run())


class _Transport(asyncio.Transport):
    """A connection whose client has so much to read yet."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 100
        self.aborted = False

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize(("reads", "aborted"), [("nothing", True), ("slowly", False), ("all", False)])
def test_a_client_that_reads_nothing_loses_its_connection(reads: str, aborted: bool) -> None:
    async def run() -> None:
        from uvicorn import Config
        from uvicorn.protocols.http.flow_control import FlowControl
        from uvicorn.server import ServerState

        config = Config(make_app(stub_service()), lifespan="off")
        config.load()
        protocol = protocol_class(60, 0.5)(config, ServerState(), {})
        transport = _Transport()
        protocol.transport, protocol.flow = transport, FlowControl(transport)
        protocol.pause_writing()
        if reads == "all":
            protocol.resume_writing()
        for _ in range(6):
            await asyncio.sleep(0.1)
            if reads == "slowly":
                transport.waiting -= 1
        assert transport.aborted == aborted
        protocol._disarm_sending()

    asyncio.run(run())


def test_the_openapi_document_has_the_stream(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async def run() -> None:
        async with make_client() as client:
            stream = (await client.get("/openapi.json")).json()["paths"]["/v1/tag/stream"]["post"]
        assert [*stream["requestBody"]["content"]] == ["application/x-ndjson", "text/plain"]
        assert [*stream["responses"]["200"]["content"]] == ["application/x-ndjson"]
        assert {one["name"] for one in stream["parameters"]} == {"model", "min_score", "types", "nbest", "lexicon"}

    asyncio.run(run())
