"""macanv/BERT-BiLSTM-CRF-NER: the small HTTP service, which gives a tag for each character of a text."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ner.data.schemes import BIO, entities_to_tags
from ner.serving.json_route import json_response
from ner.serving.protocols.bounds import find_entities
from ner.serving.schemas import REFUSALS
from ner.serving.service import Service


class MacanvResponse(BaseModel):
    """The tags of the text, in a list of one text."""

    code: Literal[0]
    query: str
    data: list[list[str]] | list[str]


def macanv_routes(service: Service) -> APIRouter:
    """The route of macanv's service."""
    router = APIRouter(tags=["macanv"])

    @router.get("/ner_predict_service", response_model=MacanvResponse, responses=REFUSALS)
    async def predict(query: str, request: Request, model: str | None = None) -> Response:
        """Tag a text in the scheme BIO."""
        service.require_room()  # the gate asks this for POST alone
        (entities,) = await find_entities(service, request, [query], model)
        tags = entities_to_tags(entities, len(query), BIO)
        # That service never asked its model about less than two characters, and gave the tags without the outer list.
        data = [tags] if len(query) > 1 else ["O"] * len(query)
        return json_response({"code": 0, "query": query, "data": data})

    return router
