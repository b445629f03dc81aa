"""Presidio: what its remote recognizers ask for."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from ner.data.entities import Entity
from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, find_entities
from ner.serving.schemas import REFUSALS, JsonList, refusals
from ner.serving.service import Service

_CHINESE = r"^[zZ][hH]([-_].*)?$"
_LANGUAGE = "The language of the texts: zh."


class AnalyzeRequest(Body):
    """A text or texts. The other fields of Presidio's own service are ignored."""

    text: str | JsonList[str]
    language: Annotated[str, Field(pattern=_CHINESE, description=_LANGUAGE)]
    entities: Annotated[JsonList[str] | None, Field(description="Give only these types; null or none: all.")] = None
    score_threshold: Annotated[float | None, Field(ge=0, le=1)] = None


class PresidioEntity(BaseModel):
    """An entity, as Presidio writes its `RecognizerResult`."""

    entity_type: str
    start: int
    end: int
    score: float
    analysis_explanation: None = None


def presidio_routes(service: Service) -> APIRouter:
    """The routes of Presidio."""
    router = APIRouter(prefix="/presidio", route_class=JsonRoute, tags=["Presidio"])

    @router.post("/analyze", response_model=list[PresidioEntity] | list[list[PresidioEntity]], responses=REFUSALS)
    async def analyze(body: AnalyzeRequest, request: Request, model: str | None = None) -> Response:
        """Find the entities of a text, or of each text of a list."""
        texts = [body.text] if isinstance(body.text, str) else body.text
        found = await find_entities(service, request, texts, model, body.score_threshold or 0.0)
        rows = [
            [_row(one) for one in entities if not body.entities or one.label in body.entities] for entities in found
        ]
        return json_response(rows[0] if isinstance(body.text, str) else rows)

    @router.get("/supportedentities", response_model=list[str], responses=refusals(401, 404, 422, 503))
    async def supported_entities(
        language: Annotated[str, Query(pattern=_CHINESE, description=_LANGUAGE)] = "zh", model: str | None = None
    ) -> Response:
        """The types that a model finds."""
        return json_response(service.types(service.find_model(model)))

    return router


def _row(entity: Entity) -> dict[str, Any]:
    return {
        "entity_type": entity.label,
        "start": entity.start,
        "end": entity.end,
        "score": entity.score,
        "analysis_explanation": None,
    }
