"""The service's own routes, below /v1, and those that a balancer and Prometheus ask."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPBearer

from ner.choices import MOST_READINGS
from ner.classifying.content import Content, content_length
from ner.classifying.prediction import Prediction
from ner.errors import InputError
from ner.lexicon.fixed_spans import FixedSpan
from ner.records.record import TaggedText
from ner.serving.classifying import classify_texts, prediction_fields
from ner.serving.gate import STREAM
from ner.serving.json_route import JsonRoute, json_response
from ner.serving.lexicon_routes import lexicon_routes
from ner.serving.refusal import Refusal, not_now
from ner.serving.request_dictionary import pack_dictionary
from ner.serving.schemas import (
    REFUSALS,
    ClassifyRequest,
    ClassifyResponse,
    EmbedRequest,
    EmbedResponse,
    LexiconName,
    ModelList,
    TagRequest,
    TagResponse,
    limit_texts,
    refusals,
)
from ner.serving.service import Service
from ner.serving.stream import StreamOptions, TagStream
from ner.serving.tagging import embed_texts, find_model, result_fields, tag_texts

_LINES: dict[str, Any] = {"schema": {"type": "string"}}
_JSON_LINES: dict[str, Any] = {"content": {"application/x-ndjson": _LINES}}
_ANY_LINES: dict[str, Any] = {"content": {"application/x-ndjson": _LINES, "text/plain": _LINES}}

ASKS_FOR_KEY = [Depends(HTTPBearer(auto_error=False))]
"""Makes the documentation ask for a key. It is the gate that looks at it."""


def own_routes(service: Service, *, admin: bool) -> APIRouter:
    """The routes.

    Args:
        service: the service.
        admin: whether there is the route that loads the models again.
    """
    router = APIRouter(route_class=JsonRoute)

    @router.post("/v1/tag", response_model=TagResponse, responses=REFUSALS, tags=["tag"])
    @limit_texts(service.settings)
    async def tag(body: TagRequest, request: Request) -> Response:
        """Find the entities of texts."""
        fixed = None
        if body.fixed is not None:
            fixed = [[FixedSpan(span.start, span.end, span.label) for span in spans] for spans in body.fixed]
        found = await tag_texts(
            service,
            request,
            body.texts,
            model=body.model,
            min_score=body.min_score,
            types=body.types,
            nbest=body.nbest,
            fixed=fixed,
            lexicon=body.lexicon,
            dictionary=pack_dictionary(body.dictionary),
        )
        return json_response(tag_answer(body.model or service.default, body.texts, found, body.nbest))

    @router.post(
        STREAM,
        response_class=Response,
        responses={**refusals(401, 404, 415, 422, 429, 503), 200: _JSON_LINES},
        openapi_extra={"requestBody": {"required": True, **_ANY_LINES}},
        tags=["tag"],
    )
    async def tag_stream(
        request: Request,
        model: str | None = None,
        min_score: Annotated[float, Query(ge=0, le=1)] = 0.0,
        types: Annotated[list[str] | None, Query()] = None,
        nbest: Annotated[int, Query(ge=0, le=MOST_READINGS)] = 0,
        lexicon: Annotated[LexiconName | None, Query()] = None,
    ) -> Response:
        """Find the entities of texts without end: a JSON object with a `text`, or a JSON string, in each line.

        Each line is answered by a line with its number and its entities, or with an error. The first line may be a JSON
        object with a `dictionary`, for all lines; its answer has the number of its entries.
        """
        name, _ = find_model(service, model, types, lexicon)
        return TagStream(service, request, StreamOptions(name, min_score, types, nbest, lexicon))

    @router.post("/v1/classify", response_model=ClassifyResponse, responses=REFUSALS, tags=["classify"])
    @limit_texts(service.settings)
    async def classify(body: ClassifyRequest, request: Request) -> Response:
        """Find the labels of texts, or of pairs of texts."""
        contents = _contents(body)
        found = await classify_texts(service, request, contents, body.model)
        return json_response(classify_answer(body.model or service.default_classifier, contents, found))

    @router.post("/v1/embed", response_model=EmbedResponse, responses=REFUSALS, tags=["embed"])
    @limit_texts(service.settings)
    async def embed(body: EmbedRequest, request: Request) -> Response:
        """Compute vectors of texts with the encoder of a model."""
        vectors = await embed_texts(service, request, body.texts, body.model, body.layer, body.pooling)
        name = body.model or service.default_encoder
        return json_response({"model": name, "vectors": vectors, "usage": _usage(body.texts)})

    @router.get("/v1/models", response_model=ModelList, responses=refusals(401, 404, 422, 503), tags=["models"])
    async def models(lexicon: Annotated[LexiconName | None, Query()] = None) -> Response:
        """The models with the types, with those of this list too, and the labels that they find, and the limits."""
        if not service.models:
            raise not_now("loading its models")
        lexicons = [] if lexicon is None else [service.lexicons.of_name(lexicon)]
        shown = ("types", "labels", "pairs", "precision", "window", "embeds")
        rows = [
            {
                "name": name,
                "default": name in (service.default, service.default_classifier),
                **{key: model[key] for key in shown},
                "types": service.types(name, lexicons if model["types"] else []),
            }
            for name, model in service.models.items()
        ]
        settings = service.settings
        limits = {"texts": settings.max_texts, "characters": settings.max_characters, "bytes": settings.max_body}
        return json_response({"models": rows, "limits": limits})

    @router.get("/health/live", response_model=dict[str, str], tags=["health"])
    async def live() -> Response:
        """Whether the process answers."""
        return json_response({"status": "live"})

    @router.get("/health/ready", response_model=dict[str, str], responses=refusals(503), tags=["health"])
    async def ready() -> Response:
        """Whether the service takes texts: its models are loaded, and it isn't shutting down."""
        service.require_engine()
        return json_response({"status": "ready"})

    @router.get("/metrics", response_class=Response, responses=refusals(401), tags=["health"])
    async def metrics() -> Response:
        """Counters for Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    if admin:

        @router.post(
            "/v1/admin/reload",
            response_model=dict[str, str],
            responses=refusals(401, 422),
            tags=["admin"],
            dependencies=ASKS_FOR_KEY,
        )
        async def reload() -> Response:
            """Load the models again beside the running ones, and switch when they are ready."""
            try:
                await service.reload()
            except InputError as error:
                raise Refusal(422, f"the models were not reloaded, the old ones go on: {error}") from None
            return json_response({"status": "reloaded"})

        router.include_router(lexicon_routes(service), dependencies=ASKS_FOR_KEY)

    return router


def tag_answer(model: str, texts: Sequence[str], found: Sequence[TaggedText], nbest: int = 0) -> dict[str, Any]:
    """What `/v1/tag` answers.

    Args:
        model: the name of the model.
        texts: the texts.
        found: what was found in each of them.
        nbest: the number of readings that was asked for.
    """
    return {"model": model, "results": [result_fields(one, nbest) for one in found], "usage": _usage(texts)}


def classify_answer(model: str, contents: Sequence[Content], found: Sequence[Prediction]) -> dict[str, Any]:
    """What `/v1/classify` answers.

    Args:
        model: the name of the classifier.
        contents: the texts or pairs.
        found: the prediction for each of them.
    """
    usage = {"texts": len(contents), "characters": sum(map(content_length, contents))}
    return {"model": model, "results": [prediction_fields(one) for one in found], "usage": usage}


def _contents(body: ClassifyRequest) -> list[Content]:
    """The texts or pairs of a request.

    Raises:
        Refusal: it has neither or both, or a pair has not two texts.
    """
    if (body.texts is None) == (body.pairs is None):
        raise Refusal(422, "texts: expected either texts or pairs")
    for place, pair in enumerate(body.pairs or ()):
        if len(pair) != 2:
            raise Refusal(422, f"pairs[{place}]: expected two texts, got {len(pair)}")
    return [(text, None) for text in body.texts or ()] + [(one, other) for one, other in body.pairs or ()]


def _usage(texts: Sequence[str]) -> dict[str, int]:
    return {"texts": len(texts), "characters": sum(map(len, texts))}
