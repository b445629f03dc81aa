"""What every request passes before a route sees it: its id, its key, limits, deadline, metrics, log."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from time import monotonic
from typing import Any
from uuid import uuid4

import anyio
from starlette.responses import Response

from ner.serving.api_keys import ApiKeys
from ner.serving.refusal import Refusal, not_now, respond
from ner.serving.request_body import ClientGone, receive_body
from ner.serving.service import Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Refusal, Scope], Response]

STREAM = "/v1/tag/stream"
ADMIN = "/v1/admin/"
LEXICONS = "/v1/lexicons"
PAGE = "/"
SCRIPT = "/page.js"
DOCS = "/docs"
DOCS_FILES = "/static-offline-docs"
OPENAPI = "/openapi.json"
_OPEN = ("/health/", "/v2/health/")  # what a balancer asks, without a key
_NOT_REFUSED = (499, 500)  # the client has gone, or the service failed
_NOT_LOGGED = (*_OPEN, "/metrics")
# What a browser opens, which sends no key by itself: the page asks for it in its form, the others hold no secret.
_KEYLESS = re.compile("|".join(map(re.escape, (PAGE, SCRIPT, DOCS, OPENAPI))) + f"|{DOCS_FILES}/.*")
_REQUEST_ID = re.compile(rb"[\w.:-]{1,64}", re.ASCII)
_SECONDS = re.compile(rb"\d{1,6}(\.\d{1,6})?", re.ASCII)
_LOGGER = logging.getLogger("ner.serving.requests")


class Gate:
    """ASGI middleware around the routes.

    Args:
        app: the routes.
        service: what they use.
        keys: the API keys, None if none is needed.
        admin_keys: the keys of the admin routes.
        refuse: how requests for some paths are refused, if not with JSON.
    """

    def __init__(
        self,
        app: App,
        *,
        service: Service,
        keys: ApiKeys | None = None,
        admin_keys: ApiKeys | None = None,
        refuse: Mapping[str, Refuse] | None = None,
    ) -> None:
        self._app = app
        self._service = service
        self._keys = keys
        self._admin_keys = admin_keys
        self._refuse = refuse or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        if method == "HEAD":  # as GET; it is uvicorn that leaves out the body
            scope = {**scope, "method": "GET"}
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex.encode()
        scope["state"]["request_id"] = request_id.decode()
        answer = _Answer(send, request_id)
        began = monotonic()
        self._service.metrics.running.inc()
        try:
            await self._answer(scope, headers, receive, answer)
        except Refusal as refusal:
            await answer.refuse(self._respond(scope, refusal))
        except ClientGone:
            answer.status = 499  # as nginx counts it; nothing is sent
        except asyncio.CancelledError:
            if not self._service.draining:
                raise
            # It was accepted, and the time to drain is over.
            await answer.refuse(self._respond(scope, not_now("shutting down")))
        except Exception:
            # The traceback has no text: what a text caused is caught where the text is known.
            _LOGGER.exception("request %s failed", request_id.decode())
            await answer.refuse(self._respond(scope, Refusal(500, "the service failed")))
        finally:
            self._service.metrics.running.dec()
            self._record(method, scope, answer, monotonic() - began)

    def _respond(self, scope: Scope, refusal: Refusal) -> Response:
        own = self._refuse.get(scope["path"])
        return own(refusal, scope) if own else respond(refusal, scope["state"]["request_id"])

    async def _answer(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, answer: "_Answer") -> None:
        path = scope["path"]
        if path.startswith(_OPEN):
            await self._app(scope, receive, answer.send)
            return
        self._require_key(path, headers)
        if scope["method"] in ("POST", "PUT") and not path.startswith(ADMIN):
            self._service.require_room()
            self._check_headers(headers)
        if path == STREAM or path.startswith(ADMIN):  # they take as long as they take
            await self._app(scope, receive, answer.send)
            return
        seconds = self._seconds(headers)
        try:
            with anyio.fail_after(seconds):
                body = await receive_body(headers, receive, self._service.settings.max_body)
                await self._run(scope, body, receive, answer.send)
        except TimeoutError:
            raise Refusal(504, f"the request was not answered within {seconds:g} s") from None

    def _require_key(self, path: str, headers: dict[bytes, bytes]) -> None:
        keys = self._admin_keys if path.startswith((ADMIN, LEXICONS)) else self._keys
        if _KEYLESS.fullmatch(path):
            return
        if keys and not keys.allow(headers):
            message = "expected an API key: send it as Authorization: Bearer KEY"
            raise Refusal(401, message, {"www-authenticate": "Bearer"})

    def _check_headers(self, headers: dict[bytes, bytes]) -> None:
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            raise Refusal(415, "expected a body that is not compressed: leave out Content-Encoding")
        charset = re.search(rb"charset\s*=\s*\"?([\w-]+)", headers.get(b"content-type", b""), re.IGNORECASE)
        if charset and charset[1].lower() not in (b"utf-8", b"utf8"):
            raise Refusal(415, "expected charset UTF-8")

    def _seconds(self, headers: dict[bytes, bytes]) -> float:
        asked = headers.get(b"x-request-timeout")
        if asked is None:
            return self._service.settings.timeout
        if not _SECONDS.fullmatch(asked) or not float(asked):
            raise Refusal(400, "expected X-Request-Timeout to be a number of seconds, for example 2.5")
        return min(float(asked), self._service.settings.timeout)

    async def _run(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Run the routes on a body that has been received. If the client goes, the work is dropped."""
        parts = [{"type": "http.request", "body": body, "more_body": False}]
        gone = asyncio.Event()

        async def replay() -> Message:
            if parts:
                return parts.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        running = asyncio.ensure_future(self._app(scope, replay, send))
        watching = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((running, watching), return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise ClientGone
            await running
        finally:
            gone.set()
            for task in (running, watching):
                task.cancel()
            await asyncio.gather(running, watching, return_exceptions=True)

    def _record(self, method: str, scope: Scope, answer: "_Answer", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        metrics = self._service.metrics
        metrics.requests.labels(route, str(answer.status)).inc()
        metrics.request_seconds.labels(route).observe(seconds)
        if answer.status >= 400 and answer.status not in _NOT_REFUSED:
            metrics.rejected.labels(str(answer.status)).inc()
        if not scope["path"].startswith(_NOT_LOGGED):
            _LOGGER.info(
                "%s %s",
                method,
                route,
                extra={
                    "fields": {
                        "id": answer.request_id.decode(),
                        "status": answer.status,
                        "ms": round(1000 * seconds, 1),
                        **scope["state"].get("work", {}),
                    }
                },
            )


class _Answer:
    """Sends an answer once, with the id of its request, and remembers its status."""

    def __init__(self, send: Send, request_id: bytes) -> None:
        self._send = send
        self.request_id = request_id
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            more = [(b"x-request-id", self.request_id), (b"x-content-type-options", b"nosniff")]
            message["headers"] = [*message["headers"], *more]
        await self._send(message)

    async def refuse(self, response: Response) -> None:
        """Send a refusal, unless an answer has begun."""
        if self.status:
            return
        await response({"type": "http"}, _nothing, self.send)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
