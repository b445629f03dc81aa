"""uvicorn's HTTP connection with deadlines for both directions and a limit for headers, which uvicorn doesn't have."""

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ner.serving.gate import STREAM

_MOST_HEAD = 65_536  # bytes
_LINGER = 0.5  # seconds
# curl --http2 and Java's HttpClient offer HTTP/2 with an ordinary request, whose body uvicorn would then not read.
_UPGRADE = re.compile(rb"(?<=\r\n)upgrade(?=:)", re.IGNORECASE)


def protocol_class(receive_seconds: float, send_seconds: float) -> type[HttpToolsProtocol]:
    """A connection that a slow client can't hold.

    Args:
        receive_seconds: a connection is closed if a request doesn't arrive completely in this time. A stream of texts
            has its own deadline, because its client may wait for answers.
        send_seconds: a connection is closed if the client reads nothing of an answer in this time.
    """

    class DeadlineProtocol(HttpToolsProtocol):
        _deadline: asyncio.TimerHandle | None = None
        _send_deadline: asyncio.TimerHandle | None = None
        _in_head = True
        _refused = False
        _head = 0  # bytes that came since the last head or piece of a body

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._arm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            self._disarm_sending()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._refused:
                return
            if self._in_head:
                head, end, body = data.partition(b"\r\n\r\n")
                data = _UPGRADE.sub(b"x-upgrade", head) + end + body
            self._head += len(data)
            super().data_received(data)
            if self._refused or self.transport.is_closing():
                return
            if self._head > _MOST_HEAD:
                self.send_400_response(f"expected at most {_MOST_HEAD} bytes of headers")
            elif (
                self._deadline is None
                and self.timeout_keep_alive_task is None
                and self.cycle is not None
                and self.cycle.response_complete
            ):  # what came belongs to no request: empty lines, or the body of one that has been refused
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )

        def send_400_response(self, msg: str) -> None:
            """Refuse what is no HTTP, and throw away what else comes.

            If a connection is closed while there is something to read, the client may lose the answer.
            """
            self._refused = True
            head = f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(msg)}\r\nconnection: close\r\n\r\n"
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + (head + msg).encode("ascii"))
            self.loop.call_later(_LINGER, self.transport.close)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._deadline is None:
                self._arm()

        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            self._in_head, self._head = False, 0
            if self.scope.get("path") == STREAM:
                self._disarm()

        def on_body(self, body: bytes) -> None:
            super().on_body(body)
            self._head = 0
            if self.cycle.response_complete and self._deadline is None:  # the rest of a stream that was refused
                self._arm()

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._in_head, self._head = True, 0
            self._disarm()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._arm_sending()

        def resume_writing(self) -> None:
            super().resume_writing()
            self._disarm_sending()
            self._require_reading()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._require_reading()

        def timeout_keep_alive_handler(self) -> None:
            super().timeout_keep_alive_handler()
            self._require_reading()

        def _arm(self) -> None:
            self._deadline = self.loop.call_later(receive_seconds, self._close)

        def _disarm(self) -> None:
            if self._deadline:
                self._deadline.cancel()
                self._deadline = None

        def _close(self) -> None:
            if self.flow.read_paused:  # we don't read, so it is not the client that is slow
                self._arm()
            elif not self.transport.is_closing():
                self.transport.abort()

        def _require_reading(self) -> None:
            """Closing a connection waits until the client has read everything. It must not wait for ever."""
            if self.transport.is_closing() and self._send_deadline is None:
                self._arm_sending()

        def _arm_sending(self) -> None:
            waiting = self.transport.get_write_buffer_size()
            self._send_deadline = self.loop.call_later(send_seconds, self._close_unless_read, waiting)

        def _disarm_sending(self) -> None:
            if self._send_deadline:
                self._send_deadline.cancel()
                self._send_deadline = None

        def _close_unless_read(self, waiting: int) -> None:
            if self.transport.get_write_buffer_size() < waiting:
                self._arm_sending()
            else:
                self.transport.abort()

    return DeadlineProtocol
