"""The client for programs that don't run on asyncio."""

import asyncio
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import tee
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ner.classifying.content import Content, Text, check_contents, content_length
from ner.classifying.prediction import Prediction
from ner.client.async_client import AHEAD
from ner.client.connection import Connection
from ner.client.parts import (
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
from ner.errors import InputError
from ner.records.record import Alternative, TaggedText
from ner.tagging.tagged_texts import TaggedTexts
from ner.texts import each_text

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from ner.lexicon.lexicon import Lexicon

_LONGEST_END = 5.0  # seconds
_Result = TypeVar("_Result")


class Client:
    """Asks a service that `bert-ner serve` runs. It needs no PyTorch.

    >>> with Client("http://127.0.0.1:8000") as client:
    ...     [(entity.text, entity.label) for entity in client.tag("林晓东住在杭州。")]
    [('林晓东', 'PER'), ('杭州', 'LOC')]

    Long lists are divided into several requests, some of which are under way at the same time, on connections that are
    used again. A request is sent again if the service is too busy (429), starting, ending (502, 503) or can't be
    reached: after the time that the service asks for, and a random time that grows with each repetition. Threads can
    share a client.

    Args:
        url: the address of the service.
        api_key: the key, if the service needs one.
        model: the name of the model; None for the default of the service.
        timeout: the seconds for the answer to a request. The service drops work that takes longer.
        concurrency: the most requests at the same time.
        retries: how often a request is sent again.
        total_timeout: the seconds for a request and all its repetitions.
        transport: what carries the requests, for proxies and tests; see `httpx.AsyncClient`.

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
        self._loop = _Loop()
        self._ahead = AHEAD * concurrency
        self._finalizer = weakref.finalize(self, self._loop.stop, self._connection)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections. The client can't be used any more."""
        self._finalizer()

    def models(self) -> list[ServedModel]:
        """The models of the service.

        Raises:
            ServiceError: the service doesn't answer. All methods raise it.
        """
        return self._loop.run(self._connection.models())

    @property
    def types(self) -> list[str]:
        """The types of the entities that the model finds.

        Raises:
            InputError: there is no such model.
        """
        return self._loop.run(self._connection.types())

    def types_with(self, lexicon: str) -> list[str]:
        """The types of the entities that the model finds with a list of the service.

        Args:
            lexicon: the name of the list.

        Raises:
            InputError: there is no such model or list.
        """
        return self._loop.run(self._connection.types(lexicon))

    @overload
    def tag(  # type: ignore[overload-overlap]  # a string is a sequence of strings
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
    def tag(
        self,
        texts: Iterable[str],
        fixed: Sequence[Sequence[Span]] | None = None,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> list[list[Entity]]: ...

    def tag(
        self,
        texts: str | Iterable[str],
        fixed: Any = None,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> list[Entity] | list[list[Entity]]:
        """Find the entities of one or several texts, as `Tagger.tag` does.

        Args:
            texts: a text or several texts. They may be empty.
            fixed: spans that are already known, as `FixedSpan` or tuples: a list for each text, or one list for a
                single text.
            min_score: entities with lower scores are left out.
            types: only entities of these types are given; None for all types.
            dictionary: terms that entities may come from, or the file of a list. Each request has them: they are at
                most 1,000. For more, give the service the list.
            lexicon: the name of a list of the service.

        Returns:
            The entities in order of position: a list for each text, or one list for a single text.

        Raises:
            InputError: `texts` has something else than texts or a text that is too long for the service, `fixed` has
                not one list for each text, a span is impossible, a list is wrong, or the service refuses the request.
            ServiceError: the service doesn't answer.
        """
        if isinstance(texts, str):
            only = None if fixed is None else [fixed]
            return self.tag([texts], only, min_score=min_score, types=types, dictionary=dictionary, lexicon=lexicon)[0]
        texts = list(each_text(texts))
        spans = check_fixed(fixed, len(texts))
        options = TagOptions(min_score, types, 0, read_dictionary(dictionary), lexicon)
        found = self._run(texts, lambda part: self._connection.tag(part, options), spans, options.bytes)
        return TaggedTexts(reading.entities for reading in found)

    def nbest(self, texts: Iterable[str], n: int) -> list[list[Alternative]]:
        """The `n` most probable readings of each text, the best first, as `Tagger.nbest` gives them.

        Raises:
            InputError: `n` is out of its range, or `texts` has something else than texts.
        """
        check_nbest(n)
        return [reading.alternatives for reading in self.readings(texts, n)]

    def tag_stream(
        self,
        texts: Iterable[str],
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
    ) -> Iterator[list[Entity]]:
        """Tag a stream of texts in constant memory. The order is kept; some requests are read ahead."""
        found = self.readings(texts, min_score=min_score, types=types, dictionary=dictionary, lexicon=lexicon)
        return (reading.entities for reading in found)

    def readings(
        self,
        texts: Iterable[str],
        n: int = 0,
        *,
        min_score: float = 0.0,
        types: Sequence[str] | None = None,
        dictionary: "Lexicon | str | Path | None" = None,
        lexicon: str | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> Iterator[TaggedText]:
        """Find the entities of each text and its `n` most probable readings, as a stream.

        `watch` is called with the number of characters of each text that is done.
        """
        ahead, behind = tee(each_text(texts))
        options = TagOptions(min_score, types, n, read_dictionary(dictionary), lexicon)
        found = self._run(ahead, lambda part: self._connection.tag(part, options), beside=options.bytes)
        for text, reading in zip(behind, found, strict=True):
            if watch is not None:
                watch(len(text))
            yield reading

    @overload
    def classify(  # type: ignore[overload-overlap]  # a string is a sequence of strings
        self, texts: str
    ) -> Prediction: ...

    @overload
    def classify(self, texts: Iterable[Text]) -> list[Prediction]: ...

    def classify(self, texts: str | Iterable[Text]) -> Prediction | list[Prediction]:
        """Find the labels of one or several texts, as `Classifier.predict` does.

        Args:
            texts: a text, or several; for a classifier of pairs, a list of pairs.

        Returns:
            The prediction of each text, or of a single text.

        Raises:
            InputError: the service has no such classifier, or `texts` has something else than texts or pairs, or a text
                that is too long for the service.
        """
        if isinstance(texts, str):
            return self.classify([texts])[0]
        return list(self.classify_stream(texts))

    def classify_stream(
        self, texts: Iterable[Text], watch: Callable[[int], None] | None = None
    ) -> Iterator[Prediction]:
        """Classify a stream of texts or pairs in constant memory. The order is kept; some requests are read ahead.

        `watch` is called with the number of characters of each text that is done.
        """
        pairs = self.classifier.pairs
        ahead, behind = tee(check_contents(texts, pairs=pairs))
        for content, prediction in zip(behind, self._run(ahead, self._connection.classify), strict=True):
            if watch is not None:
                watch(content_length(content))
            yield prediction

    @property
    def classifier(self) -> ServedModel:
        """The classifier that `classify` asks.

        Raises:
            InputError: the service has no such classifier.
        """
        return self._loop.run(self._connection.classifier())

    def embed(self, texts: Iterable[str], layer: int | str = -1, pooling: str = "mean") -> Any:
        """Compute vectors of texts with the encoder of the model.

        Args:
            texts: a list of texts.
            layer: a number (0 for the embeddings, -1 for the top), `mean`, `last4` or `all`, as for `Embedder`.
            pooling: `mean`, `max` or `cls`, as for `Embedder.embed`; or `none` for a vector of each character.

        Returns:
            An array `(texts, size)` in float32. With pooling `none`, a list of arrays `(chars, size)`.

        Raises:
            InputError: there is no such layer, the model is an exported one, or `texts` has something else than texts.
        """
        found = self._run(each_text(texts), lambda part: self._connection.embed(part, layer=layer, pooling=pooling))
        return join_vectors(list(found), pooling)

    def _run(
        self,
        texts: Iterable[str | Content],
        ask: Callable[[Part], Coroutine[Any, Any, list[_Result]]],
        fixed: Sequence[Sequence[Span]] | None = None,
        beside: int = 0,
    ) -> Iterator[_Result]:
        """The results of all texts in their order, of which some are asked for ahead."""
        running: deque[Future[list[_Result]]] = deque()
        try:
            _, limits = self._loop.run(self._connection.describe())
            for part in divide(texts, fixed, limits, beside):
                running.append(self._loop.start(ask(part)))
                if len(running) > self._ahead:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
        finally:
            for future in running:
                future.cancel()


class _Loop:
    """An event loop in a thread of its own, which starts when it is needed."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()  # of which a finalizer may find itself the owner
        self._process = 0
        self._closed = False

    def start(self, work: Coroutine[Any, Any, _Result]) -> "Future[_Result]":
        """Begin work.

        Raises:
            InputError: the client is closed, or was used before its process was forked.
        """
        with self._lock:
            if self._closed or self._process not in (0, os.getpid()):
                work.close()
                reason = "is closed" if self._closed else "was used before this process was forked"
                raise InputError(f"the client {reason}: make another one")
            if self._loop is None:
                self._process = os.getpid()
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="bert-ner client", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Do work, and wait for it."""
        future = self.start(work)
        try:
            return future.result()
        finally:
            future.cancel()  # when Ctrl-C came

    def stop(self, connection: Connection) -> None:
        """Drop what is under way, and end the thread."""
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is None or self._process != os.getpid():
            return
        asyncio.run_coroutine_threadsafe(_end(loop, connection), loop)
        if self._thread not in (None, threading.current_thread()):
            self._thread.join(_LONGEST_END)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _end(loop: asyncio.AbstractEventLoop, connection: Connection) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    with suppress(Exception):
        await connection.close()
    loop.stop()
