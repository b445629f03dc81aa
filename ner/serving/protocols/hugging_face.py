"""Hugging Face's token classification: `InferenceClient(model=URL).token_classification(text)`."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from ner.data.entities import Entity
from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, find_entities
from ner.serving.schemas import REFUSALS, JsonList
from ner.serving.service import Service


class Parameters(Body):
    """The parameters of the task.

    A character is a token here, so all strategies that make groups give the same. `none` is refused: scores belong to
    whole entities. `stride` is ignored: the service reads long texts in windows of its own.
    """

    aggregation_strategy: Literal["simple", "first", "average", "max"] | None = None
    ignore_labels: Annotated[
        JsonList[str] | None, Field(description="Leave out these types. What is no entity is never given.")
    ] = None
    stride: int | None = None


class TokenClassificationRequest(Body):
    """A text or texts."""

    inputs: str | JsonList[str]
    parameters: Parameters | None = None


class EntityGroup(BaseModel):
    """An entity."""

    entity_group: str
    score: float
    word: str
    start: int
    end: int


def hugging_face_routes(service: Service) -> APIRouter:
    """The routes of Hugging Face's clients."""
    router = APIRouter(prefix="/huggingface", route_class=JsonRoute, tags=["Hugging Face"])

    # The clients send to the very URL that they are given, so a model is part of it, or a query parameter.
    @router.post("", response_model=list[EntityGroup] | list[list[EntityGroup]], responses=REFUSALS)
    @router.post("/{model}", response_model=list[EntityGroup] | list[list[EntityGroup]], responses=REFUSALS)
    async def classify(body: TokenClassificationRequest, request: Request, model: str | None = None) -> Response:
        """Find the entities of a text, or of each text of a list."""
        texts = [body.inputs] if isinstance(body.inputs, str) else body.inputs
        ignored = (body.parameters and body.parameters.ignore_labels) or ()
        found = await find_entities(service, request, texts, model)
        groups = [[_group(one) for one in entities if one.label not in ignored] for entities in found]
        return json_response(groups[0] if isinstance(body.inputs, str) else groups)

    return router


def _group(entity: Entity) -> dict[str, Any]:
    return {
        "entity_group": entity.label,
        "score": entity.score,
        "word": entity.text,
        "start": entity.start,
        "end": entity.end,
    }
