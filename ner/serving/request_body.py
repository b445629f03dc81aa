"""Receiving the body of a request, which may not be larger than a limit."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from ner.serving.refusal import Refusal


class ClientGone(Exception):
    """The client has closed the connection, so nobody waits for the answer."""


async def receive_body(
    headers: Mapping[bytes, bytes], receive: Callable[[], Awaitable[MutableMapping[str, Any]]], most: int
) -> bytes:
    """Receive a body of at most `most` bytes.

    Raises:
        Refusal: it is larger.
        ClientGone: the client has closed the connection.
    """
    length = headers.get(b"content-length", b"0")
    size = int(length) if length.isdigit() else 0
    body = bytearray()
    more = True
    while more and size <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        size = max(size, len(body))
        more = message.get("more_body", False)
    if size > most:
        raise Refusal(413, f"expected at most {most:,} bytes in a request: send fewer texts at once")
    return bytes(body)
