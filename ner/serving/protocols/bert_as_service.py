"""bert-as-service: vectors of texts, as its HTTP server gave them, and the labels of macanv's server in mode CLASS."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, compute_vectors, find_labels
from ner.serving.refusal import Refusal
from ner.serving.schemas import LAYERS, REFUSALS, JsonList
from ner.serving.service import Service


class EncodeRequest(Body):
    """Texts, or with `is_tokenized` the tokens of texts."""

    id: Annotated[int | str, Field(description="Comes back in the answer.")]
    texts: JsonList[str] | JsonList[JsonList[str]]
    is_tokenized: bool = False


class Labels(BaseModel):
    """The label of each text, null if it has none, and its probability."""

    pred_label: list[str | None]
    score: list[float]


class EncodeResponse(BaseModel):
    """The vectors. With pooling none, there is a list of vectors for each text. Of a classifier, the labels."""

    id: int | str
    result: list[list[float]] | list[list[list[float]]] | list[Labels]
    status: int


def bert_as_service_routes(service: Service) -> APIRouter:
    """The routes of bert-as-service."""
    router = APIRouter(route_class=JsonRoute, tags=["bert-as-service"])

    @router.post("/encode", response_model=EncodeResponse, responses=REFUSALS)
    async def encode(
        body: EncodeRequest,
        request: Request,
        model: str | None = None,
        layer: Annotated[str, Query(pattern=LAYERS)] = "-2",  # the default of bert-as-service
        pooling: Annotated[Literal["mean", "max", "cls", "none"], Query()] = "mean",
    ) -> Response:
        """Compute vectors of texts. What was an option of the server there is a query parameter here.

        If the model is a classifier, its labels are the answer, as from macanv's server with `-mode CLASS`.
        """
        texts = _texts(body)
        result: list[Any]
        if model is not None and service.models[service.find_model(model)]["labels"]:
            found = await find_labels(service, request, [(text, None) for text in texts], model)
            result = [{"pred_label": [one.label for one in found], "score": [one.score for one in found]}]
        else:
            result = await compute_vectors(service, request, texts, model, layer, pooling)
        return json_response({"id": body.id, "result": result, "status": 200})

    return router


def _texts(body: EncodeRequest) -> list[str]:
    """The texts. Tokens are joined: the model reads characters, whatever the tokens are."""
    texts: list[Any] = body.texts
    if any(isinstance(text, str) is body.is_tokenized for text in texts):
        expected = "lists of tokens with is_tokenized" if body.is_tokenized else "a list of texts without is_tokenized"
        raise Refusal(422, f"texts: expected {expected}")
    return ["".join(text) for text in texts]
