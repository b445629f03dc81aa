"""The messages between the service and an engine process: JSON with its length before it."""

import asyncio
from typing import Any, BinaryIO

import orjson

_LENGTH = 4  # bytes


def pack(message: Any) -> bytes:
    """The bytes of a message."""
    body = orjson.dumps(message)
    return len(body).to_bytes(_LENGTH, "big") + body


def read_frame(file: BinaryIO) -> Any:
    """Read one message.

    Raises:
        EOFError: there is none.
    """
    header = file.read(_LENGTH)
    if len(header) < _LENGTH:
        raise EOFError
    return orjson.loads(file.read(int.from_bytes(header, "big")))


async def receive_frame(reader: asyncio.StreamReader) -> Any:
    """Read one message.

    Raises:
        asyncio.IncompleteReadError: the other side is gone.
    """
    header = await reader.readexactly(_LENGTH)
    return orjson.loads(await reader.readexactly(int.from_bytes(header, "big")))
