"""Requests of httpx to an application in this process."""

from typing import Any

import httpx


def transport_of(app: Any) -> httpx.ASGITransport:
    """Carries requests to an ASGI application, with a state in their scope, as uvicorn does."""

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {}
        await app(scope, receive, send)

    return httpx.ASGITransport(with_state)
