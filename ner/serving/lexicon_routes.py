"""Lists of terms that have names: put, shown and deleted while the service runs, and used by requests."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from ner.errors import InputError
from ner.lexicon.lexicon import Lexicon
from ner.serving.gate import LEXICONS
from ner.serving.json_route import JsonRoute, json_response
from ner.serving.lexicons import MOST_NAMED
from ner.serving.refusal import Refusal
from ner.serving.schemas import LexiconContent, LexiconInfo, LexiconList, LexiconName, refusals
from ner.serving.served_lexicon import ServedLexicon, pack
from ner.serving.service import Service

_SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/x-ndjson": ".jsonl",
    "text/plain": ".txt",
}
_BODY: dict[str, Any] = {"required": True, "content": {kind: {"schema": {"type": "string"}} for kind in _SUFFIXES}}


def lexicon_routes(service: Service) -> APIRouter:
    """The routes. They need an admin key, which the gate looks at."""
    router = APIRouter(route_class=JsonRoute, prefix=LEXICONS, tags=["lexicons"])

    @router.get("", response_model=LexiconList, responses=refusals(401))
    async def show_all() -> Response:
        """The lists that have names."""
        return json_response({"lexicons": [_info(name, one) for name, one in service.lexicons.named.items()]})

    @router.put(
        "/{name}",
        response_model=LexiconInfo,
        responses=refusals(400, 401, 413, 415, 422, 429, 503, 504),
        openapi_extra={"requestBody": _BODY},
    )
    async def put(name: LexiconName, request: Request, type: str = "", any_script: bool = False) -> Response:
        """Put a list in place of the one with this name. `type` is for terms that have none.

        With `any_script`, terms match in simplified and in traditional characters.

        The body is a file as for `bert-ner tag --dictionary`: CSV, TSV, JSON lines or a plain list. Requests that have
        been accepted are answered with the old list, and all later ones with the new list.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _SUFFIXES:
            raise Refusal(415, f"expected Content-Type: {' or '.join(_SUFFIXES)}")
        named = service.lexicons.named
        if name not in named and len(named) >= MOST_NAMED:
            raise Refusal(422, f"expected at most {MOST_NAMED} lexicons: delete one")
        body = await request.body()
        try:
            listed = await asyncio.to_thread(Lexicon.parse, body, f"body{_SUFFIXES[kind]}", type=type)
            listed.any_script = any_script
            lexicon = await asyncio.to_thread(pack, listed)
            await service.try_lexicon(lexicon, [model for model, one in service.models.items() if one["types"]])
        except InputError as error:
            raise Refusal(422, str(error)) from None
        named[name] = lexicon
        return json_response(_info(name, lexicon))

    @router.get("/{name}", response_model=LexiconContent, responses=refusals(401, 404, 422))
    async def show(name: LexiconName) -> Response:
        """The entries of a list."""
        lexicon = service.lexicons.of_name(name)
        return json_response({"name": name, "version": lexicon.version, "entries": [*lexicon.rows()]})

    @router.delete("/{name}", response_model=dict[str, str], responses=refusals(401, 404, 422))
    async def delete(name: LexiconName) -> Response:
        """Delete a list. Requests that have been accepted are answered with it."""
        service.lexicons.of_name(name)
        del service.lexicons.named[name]
        return json_response({"status": "deleted"})

    return router


def _info(name: str, lexicon: ServedLexicon) -> dict[str, Any]:
    return {"name": name, "version": lexicon.version, "entries": lexicon.entries, "types": lexicon.types}
