"""What lets only the page of this program in: no other page of the browser, and no other program."""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from ner.serving.refusal import Refusal
from ner.serving.request_body import ClientGone, receive_body
from ner.serving.same_origin import is_same_origin

API = "/api/"
TOKEN_HEADER = "x-token"

_MOST_BYTES = 1_000_000
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        b"form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
]

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class Guard:
    """ASGI middleware.

    The texts and labels are given only to who knows the token, which stands behind the # of the address that the
    terminal shows. Browsers don't send that part, so it is in no log and no Referer. Other sites can't read the page,
    can't send the header of the token, and can't pose as this host by their own DNS.

    Args:
        app: the routes.
        hosts: the hosts, with ports, under which the page is opened.
    """

    def __init__(self, app: App, hosts: list[str]) -> None:
        self.token = secrets.token_urlsafe(16)
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            self._check(scope)
            body = await receive_body(dict(scope["headers"]), receive, _MOST_BYTES)
        except Refusal as refusal:
            answer = JSONResponse({"error": refusal.message}, refusal.status)
            await answer(scope, receive, send_with_headers)
            return
        except ClientGone:
            return
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return parts.pop() if parts else await receive()

        await self._app(scope, replay, send_with_headers)

    def _check(self, scope: Message) -> None:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            raise Refusal(421, "expected the address that the terminal shows")
        if not is_same_origin(headers):
            raise Refusal(403, "the request comes from another site")
        given = headers.get(TOKEN_HEADER, "")
        if scope["path"].startswith(API) and not secrets.compare_digest(given.encode(), self.token.encode()):
            raise Refusal(401, "expected the token of the address that the terminal shows")
