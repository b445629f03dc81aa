"""doccano's auto-labelling: a "Custom REST Request" with one text, whose answer a template maps to spans."""

from fastapi import APIRouter, Request, Response

from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, find_entities
from ner.serving.schemas import REFUSALS, TextResult
from ner.serving.service import Service
from ner.serving.tagging import entity_fields


class DoccanoRequest(Body):
    """One text: doccano puts no text into a list."""

    text: str


def doccano_routes(service: Service) -> APIRouter:
    """The routes of doccano."""
    router = APIRouter(route_class=JsonRoute, tags=["doccano"])

    @router.post("/doccano", response_model=TextResult, responses=REFUSALS)
    async def label(body: DoccanoRequest, request: Request, model: str | None = None) -> Response:
        """Find the entities of a text, for doccano."""
        (entities,) = await find_entities(service, request, [body.text], model)
        return json_response({"entities": [entity_fields(entity) for entity in entities]})

    return router
