"""uvicorn's HTTP connection with a deadline for receiving, which uvicorn doesn't have."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ner.serving.gate import STREAM


def protocol_class(seconds: float) -> type[HttpToolsProtocol]:
    """A connection that is closed if a request doesn't arrive completely within `seconds`.

    In a stream of texts, each part has so much time.
    """

    class DeadlineProtocol(HttpToolsProtocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._arm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._deadline is None:
                self._arm()

        def on_body(self, body: bytes) -> None:
            super().on_body(body)
            if self.scope.get("path") == STREAM:
                self._disarm()
                self._arm()

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._disarm()

        def _arm(self) -> None:
            self._deadline = self.loop.call_later(seconds, self._close)

        def _disarm(self) -> None:
            if self._deadline:
                self._deadline.cancel()
                self._deadline = None

        def _close(self) -> None:
            if self.flow.read_paused:  # we don't read, so it is not the client that is slow
                self._arm()
            elif not self.transport.is_closing():
                self.transport.abort()

    return DeadlineProtocol
