"""The client for programs that run on asyncio."""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ner.classifying.content import Text, check_contents
from ner.classifying.prediction import Prediction
from ner.client.connection import Connection
from ner.client.parts import (
    Divider,
    Part,
    ServedModel,
    Span,
    TagOptions,
    check_fixed,
    check_nbest,
    divide,
    join_vectors,
    read_dictionary,
)
from ner.data.entities import Entity
from ner.records.record import Alternative, TaggedText
from ner.tagging.tagged_texts import TaggedTexts
from ner.texts import each_text

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    import numpy as np

    from ner.lexicon.lexicon import Lexicon

AHEAD = 4
"""Parts that are under way or wait for their turn to be given, for each request at the same time."""
_Result = TypeVar("_Result")


class AsyncClient:
    """Asks a service that `bert-ner serve` runs, as `Client` does, with `await`.

    >>> import asyncio
    >>> async def main() -> list[str]:
    ...     async with AsyncClient("http://127.0.0.1:8000") as client:
    ...         return [entity.text for entity in await client.tag("林晓东住在杭州。")]
    >>> asyncio.run(main())
    ['林晓东', '杭州']

    A client belongs to one event loop. Its methods can be called by several tasks.

    Args:
        url: as for `Client`.
        api_key: as for `Client`.
        model: as for `Client`.
        timeout: as for `Client`.
        concurrency: as for `Client`.
        retries: as for `Client`.
        total_timeout: as for `Client`.
        transport: as for `Client`.

    Raises:
        InputError: a parameter is wrong, or httpx is not installed.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        model: str | None = None,
        timeout: float = 30.0,
        concurrency: int = 4,
        retries: int = 5,
        total_timeout: float = 120.0,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._connection = Connection(url, api_key, model, timeout, concurrency, retries, total_timeout, transport)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._connection.close()

    async def models(self) -> list[ServedModel]:
        """The models of the service."""
        return await self._connection.models()

    @overload
    async def tag(  # type: ignore[overload-overlap]  # a string is a sequence of strings
        self,
        texts: str,
        fixed: Sequence[Span] | None = None,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> list[Entity]: ...

    @overload
    async def tag(
        self,
        texts: Iterable[str],
        fixed: Sequence[Sequence[Span]] | None = None,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> list[list[Entity]]: ...

    async def tag(
        self,
        texts: str | Iterable[str],
        fixed: Any = None,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> list[Entity] | list[list[Entity]]:
        """Find the entities of one or several texts. See `Client.tag`."""
        if isinstance(texts, str):
            only = None if fixed is None else [fixed]
            found = await self.tag(
                [texts], only, min_score=min_score, types=types, dictionary=dictionary, lexicon=lexicon
            )
            return found[0]
        texts = list(each_text(texts))
        spans = check_fixed(fixed, len(texts))
        options = TagOptions(min_score, types, 0, read_dictionary(dictionary), lexicon)

        async def ask(part: Part) -> list[TaggedText]:
            return await self._connection.tag(part, options)

        _, limits = await self._connection.describe()
        readings = self._run(_each(divide(texts, spans, limits, options.bytes)), ask)
        return TaggedTexts([reading.entities async for reading in readings])

    async def nbest(self, texts: Iterable[str], n: int) -> list[list[Alternative]]:
        """The `n` most probable readings of each text. See `Client.nbest`."""
        check_nbest(n)
        return [reading.alternatives async for reading in self.readings(texts, n)]

    async def tag_stream(
        self,
        texts: Iterable[str] | AsyncIterable[str],
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> AsyncIterator[list[Entity]]:
        """Tag a stream of texts in constant memory. See `Client.tag_stream`. The stream may be an async one."""
        found = self.readings(texts, min_score=min_score, types=types, dictionary=dictionary, lexicon=lexicon)
        async for reading in found:
            yield reading.entities

    async def readings(
        self,
        texts: Iterable[str] | AsyncIterable[str],
        n: int = 0,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> AsyncIterator[TaggedText]:
        """Find the entities of each text and its `n` most probable readings, as a stream."""
        options = TagOptions(min_score, types, n, read_dictionary(dictionary), lexicon)

        async def ask(part: Part) -> list[TaggedText]:
            return await self._connection.tag(part, options)

        async for reading in self._run(self._divide(texts, options.bytes), ask):
            yield reading

    @overload
    async def classify(  # type: ignore[overload-overlap]  # a string is a sequence of strings
        self, texts: str
    ) -> Prediction: ...

    @overload
    async def classify(self, texts: Iterable[Text]) -> list[Prediction]: ...

    async def classify(self, texts: str | Iterable[Text]) -> Prediction | list[Prediction]:
        """Find the labels of one or several texts. See `Client.classify`."""
        if isinstance(texts, str):
            return (await self.classify([texts]))[0]
        pairs = (await self._connection.classifier()).pairs
        contents = [*check_contents(texts, pairs=pairs)]
        _, limits = await self._connection.describe()
        parts = _each(divide(contents, None, limits))
        return [prediction async for prediction in self._run(parts, self._connection.classify)]

    async def embed(self, texts: Iterable[str], layer: int | str = -1, pooling: str = "mean") -> Any:
        """Compute vectors of texts. See `Client.embed`."""

        async def ask(part: Part) -> "list[np.ndarray[Any, Any]]":
            return await self._connection.embed(part, layer=layer, pooling=pooling)

        return join_vectors([vector async for vector in self._run(self._divide(texts), ask)], pooling)

    async def _divide(self, texts: Iterable[str] | AsyncIterable[str], beside: int = 0) -> AsyncIterator[Part]:
        _, limits = await self._connection.describe()
        divider = Divider(limits, beside)
        async for text in texts if isinstance(texts, AsyncIterable) else _each(each_text(texts)):
            for checked in each_text([text]):
                for part in divider.add(checked):
                    yield part
        for part in divider.rest():
            yield part

    async def _run(
        self, parts: AsyncIterator[Part], ask: Callable[[Part], Awaitable[list[_Result]]]
    ) -> AsyncIterator[_Result]:
        """The results of all parts in their order, of which some are asked for ahead."""
        running: deque[asyncio.Future[list[_Result]]] = deque()
        try:
            async for part in parts:
                running.append(asyncio.ensure_future(ask(part)))
                if len(running) > AHEAD * self._connection.concurrency:
                    for result in await running.popleft():
                        yield result
            while running:
                for result in await running.popleft():
                    yield result
        finally:
            for task in running:
                task.cancel()


async def _each(items: Iterable[_Result]) -> AsyncIterator[_Result]:
    for item in items:
        yield item
