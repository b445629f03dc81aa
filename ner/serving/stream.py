"""`POST /v1/tag/stream`: JSON lines in, one JSON line for each of them out, without end and in constant memory.

A line is a JSON object with a `text`, or a JSON string. Its answer is `{"line": 1, "entities": [...]}`, or
`{"line": 1, "error": "..."}` if the line is wrong; then the stream goes on. Answers come in the order of the lines, as
soon as they are known: a client can wait for each one before it sends the next line.

- The first line may be a JSON object with a `dictionary`, for all lines. Its answer is `{"line": 1, "entries": 3}`. If
  it is wrong, the stream ends: no line is answered without its list.
- Few lines are read ahead: while so many wait for their answer, or the client doesn't read its answers, nothing more is
  read. `http_protocol` closes the connection of a client that reads nothing.
- A stream is refused like any request if the service is overloaded when it begins. Later it waits. It takes only the
  first half of the queue, so that single requests find room beside it.
- If the service shuts down, or the client sends nothing for the receive deadline, lines that are being worked on are
  answered. Then the stream ends with an error that has the number of the first line without an answer.
"""

import asyncio
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any, NamedTuple

import orjson
from fastapi import Request, Response

from ner.choices import BATCH_CHARACTERS
from ner.serving.gate import Message, Receive, Scope, Send
from ner.serving.refusal import Refusal
from ner.serving.request_body import ClientGone
from ner.serving.request_dictionary import read_dictionary
from ner.serving.served_lexicon import ServedLexicon
from ner.serving.service import Service
from ner.serving.tagging import result_fields, tag_texts

_WAITING_PARTS = 2  # besides the one that is written and the one that is read
_TICK = 0.05  # seconds between two looks at the queue
_TYPE = "application/x-ndjson"


class StreamOptions(NamedTuple):
    """What is asked for each line, as for `/v1/tag`."""

    model: str
    min_score: float
    types: Sequence[str] | None
    nbest: int
    lexicon: str | None = None
    dictionary: ServedLexicon | None = None


class _Line(NamedTuple):
    number: int
    text: str = ""
    error: str = ""
    header: Any = None  # a JSON object with a dictionary, which only the first line may be


class _Ended(Exception):
    """The stream ends before its last line."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"{reason}: send this line and the following ones again")
        self.number = number


class TagStream(Response):
    """The answer to a stream of lines, which are read while it is sent.

    Args:
        service: the service.
        request: the request. Its body has not been read.
        options: what is asked for each line.
    """

    def __init__(self, service: Service, request: Request, options: StreamOptions) -> None:
        super().__init__(media_type=_TYPE)
        self._service = service
        self._request = request
        self._options = options
        self._parts: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(_WAITING_PARTS)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._working = 0
        self._turn = asyncio.Lock()
        self._texts = self._characters = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, tag and write, until the body ends or the client goes.

        Raises:
            ClientGone: the client has closed the connection.
        """
        reading = self._start(self._read(receive))
        writing = self._start(self._write(send))
        try:
            await asyncio.wait((reading, writing), return_when=asyncio.FIRST_COMPLETED)
            if not writing.done():
                await reading
            await writing
        finally:
            scope["state"]["work"] = {"texts": self._texts, "characters": self._characters}
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # of a part that nobody waits for any more

    async def _read(self, receive: Receive) -> None:
        """Hand over the lines in parts. Then wait until the client goes."""
        lines = _Lines(self._service.settings.max_body, self._service.settings.max_characters)
        more = True
        try:
            while more:
                message, reason = await self._receive(receive)
                if reason:
                    raise _Ended(lines.number + 1, reason)
                more = message.get("more_body", False)
                for part in self._divide(lines.split(message.get("body", b""), last=not more)):
                    await self._parts.put(self._start(self._answer(part)))
        except _Ended as end:
            await self._parts.put(self._start(_end(end)))
        await self._parts.put(None)
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ClientGone

    async def _receive(self, receive: Receive) -> tuple[Message, str]:
        """The next message, or why none is waited for any more."""
        settings = self._service.settings
        coming = self._start(receive())
        since = monotonic()
        while not coming.done():
            if self._service.draining:
                return {}, "the service is shutting down"
            if self._working:
                since = monotonic()  # the client may be waiting for an answer
            elif monotonic() - since > settings.receive_timeout:
                return {}, f"nothing came for {settings.receive_timeout:g} s"
            await asyncio.wait((coming,), timeout=_TICK)
        message: Message = coming.result()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message, ""

    def _divide(self, lines: Iterator[_Line]) -> Iterator[list[_Line]]:
        part: list[_Line] = []
        room = BATCH_CHARACTERS
        for line in lines:
            if line.header is not None:
                self._take_dictionary(line)
            part.append(line)
            room -= 1 + len(line.text)
            if room <= 0 or len(part) >= self._service.settings.max_texts:
                yield part
                part, room = [], BATCH_CHARACTERS
        if part:
            yield part

    def _take_dictionary(self, line: _Line) -> None:
        try:
            self._options = self._options._replace(dictionary=read_dictionary(line.header["dictionary"]))
        except Refusal as refusal:
            raise _Ended(line.number, refusal.message) from None

    async def _answer(self, part: Sequence[_Line]) -> bytes:
        """The answers to some lines."""
        self._working += 1
        texts = [line for line in part if not line.error and line.header is None]
        try:
            found = iter(await self._tag(texts))
        finally:
            self._working -= 1
        answers: list[dict[str, Any]] = []
        for line in part:
            if line.header is not None:
                answers.append({"line": line.number, "entries": len(line.header["dictionary"])})
            else:
                answers.append({"line": line.number, "error": line.error} if line.error else next(found))
        return b"".join(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE) for answer in answers)

    async def _tag(self, lines: Sequence[_Line]) -> list[dict[str, Any]]:
        """The answer to each line, all of which are right. What fails together is tried alone."""
        texts = [line.text for line in lines]
        gives_up = 0.0
        while texts:
            async with self._turn:
                await self._wait_for_room(lines[0])
            try:
                options = self._options
                found = await tag_texts(self._service, self._request, texts, **options._asdict())
            except Refusal as refusal:
                if refusal.status == 503:
                    raise _Ended(lines[0].number, refusal.message.partition(":")[0]) from None
                # The service takes a text that needs more than the time of a request when nothing else waits.
                gives_up = gives_up or monotonic() + self._service.settings.timeout
                if refusal.status == 429 and (not self._has_room() or monotonic() < gives_up):
                    await asyncio.sleep(_TICK)
                    continue
                if len(lines) > 1:
                    return [answer for line in lines for answer in await self._tag([line])]
                seconds = self._service.settings.timeout
                too_long = f"the service is too busy for a text that takes more than {seconds:g} s"
                error = too_long if refusal.status == 429 else refusal.message.removeprefix("texts[0]: ")
                return [{"line": lines[0].number, "error": error}]
            self._texts += len(texts)
            self._characters += sum(map(len, texts))
            return [
                {"line": line.number, **result_fields(one, options.nbest)}
                for line, one in zip(lines, found, strict=True)
            ]
        return []

    async def _wait_for_room(self, line: _Line) -> None:
        while not self._has_room():
            if self._service.draining:
                raise _Ended(line.number, "the service is shutting down")
            await asyncio.sleep(_TICK)

    def _has_room(self) -> bool:
        return self._service.expected_wait() <= self._service.settings.max_wait / 2

    async def _write(self, send: Send) -> None:
        """Send the answers. The head is sent with the first of them: before that the client may wait for a 100."""
        head: Message = {
            "type": "http.response.start",
            "status": 200,
            # The body may not have been read to its end, so the connection can't be used again.
            "headers": [(b"content-type", _TYPE.encode()), (b"connection", b"close")],
        }
        while part := await self._parts.get():
            try:
                body = await part
            except _Ended as end:
                body = orjson.dumps({"line": end.number, "error": str(end)}, option=orjson.OPT_APPEND_NEWLINE)
                while not self._parts.empty():
                    self._parts.get_nowait()
                self._parts.put_nowait(None)
            if head:
                await send(head)
                head = {}
            await send({"type": "http.response.body", "body": body, "more_body": True})
        if head:
            await send(head)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _end(end: _Ended) -> bytes:
    raise end


class _Lines:
    """Cuts a body into lines, and reads them.

    Args:
        most_bytes: of a line.
        most_characters: of a text.
    """

    def __init__(self, most_bytes: int, most_characters: int) -> None:
        self._most_bytes = most_bytes
        self._most_characters = most_characters
        self._rest = bytearray()
        self._too_long = False  # the line that goes on in the next piece of the body
        self.number = 0

    def split(self, body: bytes, *, last: bool) -> Iterator[_Line]:
        """The lines that end in this piece of the body.

        Args:
            body: the piece.
            last: whether it is the last one. Then what is left is a line.
        """
        *ended, rest = body.split(b"\n")
        for line in ended:
            yield self._end_line(line)
        self._keep(rest)
        if last and (self._rest or self._too_long):
            yield self._end_line(b"")

    def _keep(self, piece: bytes) -> None:
        self._rest += piece
        if len(self._rest) > self._most_bytes:
            self._rest, self._too_long = bytearray(), True

    def _end_line(self, piece: bytes) -> _Line:
        self._keep(piece)
        line, too_long = self._rest, self._too_long
        self._rest, self._too_long = bytearray(), False
        self.number += 1
        if too_long:
            return _Line(self.number, error=f"expected at most {self._most_bytes:,} bytes in a line")
        if self.number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        return self._parse(line)

    def _parse(self, line: bytearray) -> _Line:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:  # its message has nothing of the line
            return _Line(self.number, error=f"the line is not JSON: {str(error).partition(':')[0]}")
        if self.number == 1 and isinstance(value, dict) and value.keys() == {"dictionary"}:
            return _Line(self.number, header=value)
        text = value.get("text") if isinstance(value, dict) else value
        if not isinstance(text, str):
            return _Line(self.number, error='expected a JSON object with a "text", or a JSON string')
        if len(text) > self._most_characters:
            return _Line(self.number, error=f"expected at most {self._most_characters:,} characters")
        return _Line(self.number, text)
