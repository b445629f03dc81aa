"""Connections of clients that send what a browser never does."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from ner.serving.http_protocol import protocol_class

BODY = b'{"texts": []}'
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(BODY)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body of the request."""
    body, more = b"", scope["method"] == "POST"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await answer(send, 200, body)


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Answers before the body has come."""
    await answer(send, 401, b"")


async def send_much(scope: Any, receive: Any, send: Any) -> None:
    """Answers with more than a system keeps for a client that doesn't read."""
    await answer(send, 200, b"x" * 20_000_000)


async def answer(send: Any, status: int, body: bytes) -> None:
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def talk(app: Any, *pieces: bytes, reads: bool = True) -> bytes:
    """Send pieces to a server with short deadlines, and give what came until it closed the connection."""

    async def run() -> bytes:
        loop = asyncio.get_running_loop()
        config = Config(app, lifespan="off", log_config=None, timeout_keep_alive=0.1)  # type: ignore[arg-type]
        state = ServerState()
        server = await loop.create_server(lambda: protocol_class(2, 0.1)(config, state, {}), "127.0.0.1", 0)
        client = socket.socket()
        client.setblocking(False)
        await loop.sock_connect(client, server.sockets[0].getsockname())
        received = b""
        try:
            for piece in pieces:
                await loop.sock_sendall(client, piece)
                await asyncio.sleep(0.03)
            ends = loop.time() + 1
            while not reads and state.connections:
                assert loop.time() < ends
                await asyncio.sleep(0.01)
            while reads and (part := await asyncio.wait_for(loop.sock_recv(client, 65_536), 1)):
                received += part
        except ConnectionError:
            pass
        finally:
            client.close()
            server.close()
        return received

    return asyncio.run(run())


@pytest.mark.parametrize("pieces", [(BODY, b""), (b"", BODY)], ids=["with the head", "after the head"])
def test_an_offer_of_http_2_is_not_taken(pieces: Sequence[bytes]) -> None:
    """curl --http2 and the HttpClient of Java send it."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    received = talk(echo, POST + offer + pieces[0], pieces[1])
    assert received.startswith(b"HTTP/1.1 200")
    assert received.endswith(BODY)


def test_words_of_a_body_are_no_headers() -> None:
    body = b"\r\n\r\nPOST\r\nUpgrade: h2c\r\n"
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert talk(echo, head + body).endswith(body)
    assert talk(echo, head, body).endswith(body)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET / HTTP/1.1\r\nX-Long: ", b"x" * 40_000, b"x" * 40_000),
        (b"GET /", b"x" * 40_000, b"x" * 40_000),
        (b"GET / HTTP/1.1\r\n", *[b"X-Many: x\r\n" * 4000] * 2),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
            *[b"X-Trailer: x\r\n" * 4000] * 2,
        ),
    ],
    ids=["a long header", "a long path", "many headers", "many trailers"],
)
def test_headers_without_end_are_refused(pieces: Sequence[bytes]) -> None:
    assert b"bytes of headers" in talk(echo, *pieces)


def test_a_client_that_sends_much_more_reads_why_it_is_refused() -> None:
    header = b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 3_000_000
    received = talk(echo, header)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1") == 1


def test_large_bodies_are_no_headers() -> None:
    body = b"x" * 300_000
    received = talk(echo, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert received.endswith(body)
    chunk = b"%x\r\n%b\r\n" % (50_000, b"x" * 50_000)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(echo, head, chunk, chunk, chunk, b"0\r\n\r\n").endswith(b"x" * 150_000)


@pytest.mark.parametrize(
    ("app", "pieces"),
    [(echo, (GET, b"\r\n")), (echo, (GET, b"\r\n", GET, b"\r\n")), (refuse, (POST + b"\r\n", BODY))],
    ids=["an empty line", "two requests", "the body of a refused request"],
)
def test_what_belongs_to_no_request_keeps_no_connection_open(app: Any, pieces: Sequence[bytes]) -> None:
    assert talk(app, *pieces).count(b"HTTP/1.1") == pieces.count(GET) + (app is refuse)


@pytest.mark.parametrize("head", [GET, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"])
def test_a_client_that_does_not_read_keeps_no_connection_open(head: bytes) -> None:
    talk(send_much, head, reads=False)


class _Slow(asyncio.Transport):
    """A connection whose client reads nothing of the last bytes."""

    closing = aborted = False

    def get_write_buffer_size(self) -> int:
        return 100

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.aborted = True


def test_the_last_bytes_of_an_answer_keep_no_connection_open() -> None:
    async def run() -> None:
        config = Config(echo, lifespan="off", log_config=None)  # type: ignore[arg-type]
        config.load()
        protocol = protocol_class(60, 0.02)(config, ServerState(), {})
        transport = _Slow()
        protocol.transport = transport
        protocol.timeout_keep_alive_handler()
        await asyncio.sleep(0.05)
        assert transport.aborted

    asyncio.run(run())
