"""One conversation with a service: its requests, and when one is sent again."""

import asyncio
import json
import random
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

from ner.classifying.prediction import Prediction
from ner.client.parts import (
    Limits,
    Part,
    ServedModel,
    TagOptions,
    classify_body,
    place_of_caller,
    read_models,
    read_predictions,
    read_results,
    tag_body,
)
from ner.client.service_error import ServiceError
from ner.client.slots import Slots
from ner.errors import InputError
from ner.extras import import_extra
from ner.records.record import TaggedText

if TYPE_CHECKING:
    import httpx
    import numpy as np

_AGAIN = (429, 502, 503)  # too busy, a proxy without a service behind it, loading or shutting down
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0  # seconds
_IDLE = 30.0  # seconds that a connection is kept; the service and its balancers keep it longer
_Result = TypeVar("_Result")
_KEY = re.compile(r"[!-~]+")


class _Failure(NamedTuple):
    """Why there was no answer, and the seconds that the service asks to wait."""

    reason: str
    wait: float


class Connection:
    """Asks a service, from inside one event loop.

    Args:
        url: the address of the service, for example `http://127.0.0.1:8000`.
        api_key: the key, if the service needs one.
        model: the name of the model; None for the default of the service.
        timeout: the seconds for one answer.
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
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._httpx = httpx = import_extra("httpx", "client", "client")
        self.url, self.name = _check_url(url)
        if api_key is not None and not _KEY.fullmatch(api_key):
            raise InputError("expected `api_key` to be ASCII characters without spaces")
        for parameter, value, least in (("concurrency", concurrency, 1), ("retries", retries, 0)):
            if not isinstance(value, int) or value < least:
                raise InputError(f"expected `{parameter}` to be a whole number from {least}, got {value!r}")
        for parameter, seconds in (("timeout", timeout), ("total_timeout", total_timeout)):
            if not 0 < seconds <= 86_400:
                raise InputError(f"expected `{parameter}` to be a number of seconds up to 86400, got {seconds!r}")
        self.concurrency = concurrency
        self._model, self._timeout = model, timeout
        self._retries, self._total_timeout = retries, total_timeout
        self._slots = Slots(concurrency)
        self._described: tuple[list[ServedModel], Limits] | None = None
        headers = {"x-request-timeout": f"{timeout:.3f}", "content-type": "application/json"}
        if api_key is not None:
            headers["authorization"] = f"Bearer {api_key}"
        self._http = httpx.AsyncClient(
            headers=headers,
            timeout=timeout,
            limits=httpx.Limits(max_connections=concurrency, keepalive_expiry=_IDLE),
            transport=transport,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def describe(self) -> tuple[list[ServedModel], Limits]:
        """The models of the service, and its limits. They are asked for once."""
        if self._described is None:
            self._described = await self._ask("GET", "/v1/models", None, read_models)
        return self._described

    async def models(self) -> list[ServedModel]:
        """The models of the service as they are now."""
        self._described = None
        return (await self.describe())[0]

    async def types(self, lexicon: str | None = None) -> list[str]:
        """The types of the entities that the model finds, with a list of the service or without.

        Raises:
            InputError: there is no such model or list.
        """
        if lexicon is None:
            models, _ = await self.describe()
        else:
            name = quote(lexicon, safe="", errors="replace")
            models, _ = await self._ask("GET", f"/v1/models?lexicon={name}", None, read_models)
        if found := [one for one in models if one.name == self._model or (self._model is None and one.default)]:
            return next((one.types for one in found if one.types), [])  # a classifier can be a default too
        raise InputError(f"there is no such `model`: expected one of {', '.join(one.name for one in models)}")

    async def classifier(self) -> ServedModel:
        """The classifier that is asked for labels.

        Raises:
            InputError: there is no such classifier.
        """
        models, _ = await self.describe()
        classifiers = [model for model in models if model.labels]
        for model in classifiers:
            if self._model in (None, model.name):
                return model
        if not classifiers:
            raise InputError(f"{self.name} serves no classifier: start it with the folder of one as `model`")
        raise InputError(
            f"there is no such classifier: expected `model` to be {', '.join(c.name for c in classifiers)}"
        )

    async def classify(self, part: Part) -> list[Prediction]:
        """The prediction for each text or pair of a part."""
        body = classify_body(part, (await self.classifier()).name)
        return await self._ask("POST", "/v1/classify", body, lambda answer: read_predictions(part, answer), part.first)

    async def tag(self, part: Part, options: TagOptions) -> list[TaggedText]:
        """What is found in each text of a part."""
        body = tag_body(part, self._model, options)
        return await self._ask("POST", "/v1/tag", body, lambda answer: read_results(part, answer), part.first)

    async def embed(self, part: Part, *, layer: int | str, pooling: str) -> "list[np.ndarray[Any, Any]]":
        """The vector of each text of a part, or with pooling `none` the vectors of its characters."""
        import numpy as np

        def read(answer: Any) -> "list[np.ndarray[Any, Any]]":
            vectors = [np.asarray(vector, dtype=np.float32) for vector in answer["vectors"]]
            if len(vectors) != len(part.texts):
                raise ValueError
            return vectors

        body = {"texts": part.texts, "model": self._model, "layer": str(layer), "pooling": pooling}
        return await self._ask("POST", "/v1/embed", body, read, part.first)

    async def _ask(self, method: str, path: str, body: Any, read: Callable[[Any], _Result], first: int = 0) -> _Result:
        """Send a request, again if need be, and read its answer.

        Raises:
            InputError: the service refuses it, because something is wrong with it.
            ServiceError: there is no answer.
        """
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        async with self._slots:
            ends = monotonic() + self._total_timeout
            response = await self._try(method, path, content, ends)
            if isinstance(response, _Failure):
                waits = monotonic()
                async with self._slots.turn:
                    response = await self._try_again(response, method, path, content, ends + monotonic() - waits)
        return self._read(response, read, first)

    async def _try_again(
        self, failure: "_Failure", method: str, path: str, content: bytes | None, ends: float
    ) -> "httpx.Response":
        for attempt in range(self._retries):
            pause = failure.wait + random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))
            if monotonic() + pause > ends:
                break
            await asyncio.sleep(pause)
            response = await self._try(method, path, content, ends)
            if not isinstance(response, _Failure):
                return response
            failure = response
        raise ServiceError(failure.reason)

    async def _try(self, method: str, path: str, content: bytes | None, ends: float) -> "httpx.Response | _Failure":
        try:
            response = await self._send(method, path, content, ends)
        except self._httpx.TransportError as error:
            return _Failure(f"{self.name} can't be reached: {error or type(error).__name__}", 0.0)
        if response.status_code not in _AGAIN:
            self._slots.grow()
            return response
        self._slots.shrink()
        reason = f"{self.name}: {_error_of(response) or f'HTTP status {response.status_code}'}"
        return _Failure(reason, _seconds(response.headers.get("retry-after", "")))

    async def _send(self, method: str, path: str, content: bytes | None, ends: float) -> "httpx.Response":
        seconds = min(self._timeout, max(0.001, ends - monotonic()))
        try:
            request = self._http.request(method, self.url + path, content=content)
            response: httpx.Response = await asyncio.wait_for(request, seconds)
        except (asyncio.TimeoutError, self._httpx.ReadTimeout, self._httpx.WriteTimeout, self._httpx.PoolTimeout):
            raise ServiceError(f"{self.name} did not answer within {seconds:.4g} s") from None
        return response

    def _read(self, response: "httpx.Response", read: Callable[[Any], _Result], first: int) -> _Result:
        status = response.status_code
        sentence = _error_of(response)
        if status == 401:
            raise InputError(f"{self.name} needs an API key: `api_key` is missing or wrong")
        if sentence and 400 <= status < 500:
            raise InputError(f"{self.name}: {place_of_caller(sentence, first)}")
        if sentence:
            number = response.headers.get("x-request-id", "")[:64]
            raise ServiceError(f"{self.name}: {place_of_caller(sentence, first)} (request {number})")
        try:
            if status == 200:
                return read(response.json())
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            pass
        raise ServiceError(f"{self.name} is no bert-ner service, or one of another version: HTTP status {status}")


def _check_url(url: str) -> tuple[str, str]:
    """The address without a slash at its end, and the same without a password."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        host = parts.netloc.rpartition("@")[2] if parts.port is None or parts.port else ""
    except (ValueError, TypeError, AttributeError):
        fine = False
    if not fine or not host:
        raise InputError(f"expected `url` to be an address such as http://127.0.0.1:8000, got {url!r:.200}")
    return url.rstrip("/"), f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def _error_of(response: "httpx.Response") -> str:
    """The sentence of an error of the service; empty if it has none."""
    if response.status_code < 400:
        return ""
    try:
        sentence = response.json()["error"]
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return sentence[:1000] if isinstance(sentence, str) else ""


def _seconds(retry_after: str) -> float:
    """The seconds of a `Retry-After`, which has a number or a date."""
    if retry_after.strip().isdecimal():
        return float(retry_after[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
