"""The socket of the service, and how uvicorn is set up on it."""

import socket
import sys
from typing import Any

import uvicorn

from ner.errors import InputError
from ner.serving.http_protocol import protocol_class

_BACKLOG = 2048


def server_config(app: Any, receive_seconds: float, send_seconds: float, **options: Any) -> uvicorn.Config:
    """Set up uvicorn without its own log and without what is not used.

    Args:
        app: the ASGI application.
        receive_seconds: as for `protocol_class`.
        send_seconds: as for `protocol_class`.
        **options: further options of uvicorn.
    """
    return uvicorn.Config(
        app,
        http=protocol_class(receive_seconds, send_seconds),
        backlog=_BACKLOG,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=1,  # when it comes to it, all that was accepted is answered
        **options,
    )


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address. From now on clients can connect; they are answered when uvicorn is up.

    Raises:
        InputError: the address can't be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, asyncio sets TCP_NODELAY: without that, an answer takes 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise InputError(f"can't listen on {host}:{port} ({error.strerror}): choose another `host` or `port`") from None
    return listener
